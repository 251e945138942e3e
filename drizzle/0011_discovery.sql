ALTER TABLE "resources" ADD COLUMN "source" text DEFAULT 'merchant' NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "action" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "extensions" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "offer" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "words" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "settlements" ADD COLUMN "offer" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "resources_offer" ON "resources" USING btree ("user_id",md5("offer"));--> statement-breakpoint
CREATE INDEX "resources_changed" ON "resources" USING btree ("updated_at","id") WHERE "resources"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "resources_words" ON "resources" USING gin (to_tsvector('english', "words"));--> statement-breakpoint
CREATE INDEX "settlements_offer" ON "settlements" USING btree ("owner",md5("offer"),"settled_at") WHERE "settlements"."settled_at" is not null;--> statement-breakpoint
ALTER TABLE "resources" ADD CONSTRAINT "resources_source" CHECK ("resources"."source" in ('merchant', 'payment'));--> statement-breakpoint
UPDATE "resources" SET "offer" = split_part(split_part("resource", '#', 1), '?', 1), "words" = lower("resource" || ' ' || "type" || ' ' || "metadata"::text);--> statement-breakpoint
UPDATE "settlements" SET "offer" = left(split_part(split_part("resource", '#', 1), '?', 1), 2048) WHERE "resource" <> '';
