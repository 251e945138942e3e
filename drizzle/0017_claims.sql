CREATE TABLE "claims" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"claim_id" text NOT NULL,
	"user_id" text NOT NULL,
	"network" text NOT NULL,
	"token" text NOT NULL,
	"payer" text NOT NULL,
	"recipient" text NOT NULL,
	"amount" numeric(78,0) NOT NULL,
	"reference" "bytea" NOT NULL,
	"payout_id" "bytea" NOT NULL,
	"release_at" timestamp (3) with time zone,
	"transaction_id" text NOT NULL,
	"release_transaction_id" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "claims_claim" ON "claims" USING btree ("owner","claim_id");--> statement-breakpoint
CREATE UNIQUE INDEX "claims_payout" ON "claims" USING btree ("owner","payout_id");