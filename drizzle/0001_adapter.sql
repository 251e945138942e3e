CREATE TABLE "api_clients" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"name" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"tier" text NOT NULL,
	"secret_hash" text NOT NULL,
	"previous_secret_hash" text,
	"previous_secret_expires_at" timestamp (3) with time zone,
	"allowed_origins" jsonb NOT NULL,
	"allowed_ips" jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mint_receipts" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"receipt_id" text NOT NULL,
	"user_id" text NOT NULL,
	"network" text NOT NULL,
	"token" text NOT NULL,
	"recipient" text NOT NULL,
	"amount" numeric(78,0) NOT NULL,
	"receipt" "bytea" NOT NULL,
	"deadline" timestamp (3) with time zone NOT NULL,
	"signature" "bytea" NOT NULL,
	"transaction_id" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "revoked_tokens" (
	"jti" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "wallet_keys" (
	"wallet_id" text NOT NULL,
	"version" integer NOT NULL,
	"backend" text NOT NULL,
	"owner" text NOT NULL,
	"sealed" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "wallet_keys_wallet_id_version_pk" PRIMARY KEY("wallet_id","version")
);
--> statement-breakpoint
CREATE TABLE "wallets" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"subject" text NOT NULL,
	"address" text NOT NULL,
	"kind" text NOT NULL,
	"factory" text NOT NULL,
	"entry_point" text NOT NULL,
	"initial_owner" text NOT NULL,
	"salt" "bytea" NOT NULL,
	"key_version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "wallet_keys" ADD CONSTRAINT "wallet_keys_wallet_id_wallets_id_fk" FOREIGN KEY ("wallet_id") REFERENCES "public"."wallets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_clients_seq" ON "api_clients" USING btree ("seq");--> statement-breakpoint
CREATE UNIQUE INDEX "mint_receipts_receipt" ON "mint_receipts" USING btree ("owner","receipt_id");--> statement-breakpoint
CREATE INDEX "revoked_tokens_expiry" ON "revoked_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "wallets_subject" ON "wallets" USING btree ("owner","subject");--> statement-breakpoint
CREATE UNIQUE INDEX "wallets_address" ON "wallets" USING btree ("address");