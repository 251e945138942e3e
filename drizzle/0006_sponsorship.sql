CREATE TABLE "sponsorship_days" (
	"owner" text NOT NULL,
	"day" date NOT NULL,
	"spent" numeric(78,0) NOT NULL,
	"reserved" numeric(78,0) NOT NULL,
	CONSTRAINT "sponsorship_days_owner_day_pk" PRIMARY KEY("owner","day")
);
--> statement-breakpoint
CREATE TABLE "sponsorships" (
	"transaction_id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"day" date NOT NULL,
	"spent" numeric(78,0) NOT NULL,
	"reserved" numeric(78,0) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_clients" ADD COLUMN "sponsorship" jsonb;--> statement-breakpoint
ALTER TABLE "sponsorships" ADD CONSTRAINT "sponsorships_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE no action ON UPDATE no action;