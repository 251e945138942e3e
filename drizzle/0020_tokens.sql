CREATE TABLE "platform_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"network" text NOT NULL,
	"address" text NOT NULL,
	"treasury" text NOT NULL,
	"standard" text NOT NULL,
	"name" text NOT NULL,
	"symbol" text NOT NULL,
	"decimals" integer,
	"features" jsonb NOT NULL,
	"cap" numeric(78,0),
	"initial_supply" numeric(78,0) NOT NULL,
	"base_uri" text,
	"royalty_bps" integer,
	"status" text DEFAULT 'deploying' NOT NULL,
	"transaction_id" text NOT NULL,
	"block_number" bigint,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "platform_tokens_status" CHECK ("platform_tokens"."status" in ('deploying', 'deployed', 'failed'))
);
--> statement-breakpoint
CREATE INDEX "platform_tokens_owner" ON "platform_tokens" USING btree ("owner","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "platform_tokens_address" ON "platform_tokens" USING btree ("network","address");--> statement-breakpoint
CREATE UNIQUE INDEX "platform_tokens_transaction" ON "platform_tokens" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "transactions_token" ON "transactions" USING btree ("owner",("meta"->>'tokenId'),"seq") WHERE "transactions"."meta"->>'tokenId' is not null;