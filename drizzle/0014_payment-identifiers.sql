ALTER TABLE "settlements" ADD COLUMN "payment_identifier" text;--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_identifier" ON "settlements" USING btree ("owner","payment_identifier");