CREATE TABLE "log_in_attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "merchant_clients" (
	"client_id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"user_id" integer NOT NULL,
	"title" text NOT NULL,
	"scopes" text[] NOT NULL,
	"pay_to" text[],
	"quota_per_minute" integer,
	"generation" integer DEFAULT 1 NOT NULL,
	"previous_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "payment_assets" (
	"id" serial PRIMARY KEY NOT NULL,
	"network" text NOT NULL,
	"asset" text NOT NULL,
	"symbol" text NOT NULL,
	"decimals" smallint NOT NULL,
	"active" boolean NOT NULL,
	"eip712_name" text,
	"eip712_version" text,
	"min_amount" numeric(78,0) NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "refresh_sessions" (
	"jti" text PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "settlements" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"client_id" text NOT NULL,
	"network" text NOT NULL,
	"chain_id" bigint NOT NULL,
	"asset" "bytea" NOT NULL,
	"payer" "bytea" NOT NULL,
	"nonce" "bytea" NOT NULL,
	"pay_to" "bytea" NOT NULL,
	"amount" numeric(78,0) NOT NULL,
	"scheme" text NOT NULL,
	"method" text NOT NULL,
	"x402_version" smallint NOT NULL,
	"resource" text NOT NULL,
	"proof" text NOT NULL,
	"status" text NOT NULL,
	"transaction_id" text,
	"tx_hash" "bytea",
	"block_number" bigint,
	"gas_used" numeric(78,0),
	"fee" numeric(78,0),
	"reason" text,
	"delivered_at" timestamp (3) with time zone,
	"idempotency_key" text,
	"fingerprint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "settlements_status" CHECK ("settlements"."status" in ('received', 'settled', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"public_id" text NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "merchant_clients" ADD CONSTRAINT "merchant_clients_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_sessions" ADD CONSTRAINT "refresh_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "merchant_clients_user" ON "merchant_clients" USING btree ("user_id","seq");--> statement-breakpoint
CREATE INDEX "merchant_clients_seq" ON "merchant_clients" USING btree ("seq") WHERE "merchant_clients"."revoked_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "payment_assets_asset" ON "payment_assets" USING btree ("network","asset");--> statement-breakpoint
CREATE INDEX "refresh_sessions_user" ON "refresh_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "refresh_sessions_expiry" ON "refresh_sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_payment" ON "settlements" USING btree ("chain_id","asset","payer","nonce");--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_key" ON "settlements" USING btree ("owner","idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "settlements_transaction" ON "settlements" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "settlements_owner" ON "settlements" USING btree ("owner","seq");--> statement-breakpoint
CREATE INDEX "settlements_settled" ON "settlements" USING btree ("settled_at") WHERE "settlements"."settled_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "users_public_id" ON "users" USING btree ("public_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email") WHERE "users"."deleted_at" is null;