CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"owner" text NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"transaction_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_owner_operation_key_pk" PRIMARY KEY("owner","operation","key")
);
--> statement-breakpoint
CREATE TABLE "lanes" (
	"lane" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"epoch" integer NOT NULL,
	"until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "networks" (
	"network" text PRIMARY KEY NOT NULL,
	"genesis_hash" "bytea" NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "submission_legs" (
	"submission_id" text NOT NULL,
	"position" integer NOT NULL,
	"transaction_id" text NOT NULL,
	"success" boolean,
	CONSTRAINT "submission_legs_submission_id_position_pk" PRIMARY KEY("submission_id","position")
);
--> statement-breakpoint
CREATE TABLE "submissions" (
	"id" text PRIMARY KEY NOT NULL,
	"lane" text NOT NULL,
	"network" text NOT NULL,
	"kind" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"raw" text NOT NULL,
	"sender" text NOT NULL,
	"nonce" numeric(78,0) NOT NULL,
	"valid_until" bigint,
	"replaces" "bytea",
	"max_fee_per_gas" numeric(78,0) NOT NULL,
	"max_priority_fee_per_gas" numeric(78,0) NOT NULL,
	"state" text NOT NULL,
	"epoch" integer NOT NULL,
	"tx_hash" "bytea",
	"block_number" bigint,
	"block_hash" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "submissions_state" CHECK ("submissions"."state" in ('signed', 'sent', 'included', 'settled', 'final', 'dead'))
);
--> statement-breakpoint
CREATE TABLE "transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"user_id" text,
	"type" text NOT NULL,
	"network" text NOT NULL,
	"lane" text NOT NULL,
	"calls" jsonb NOT NULL,
	"expect" jsonb NOT NULL,
	"meta" jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"solo" boolean DEFAULT false NOT NULL,
	"requeues" smallint DEFAULT 0 NOT NULL,
	"user_op_hash" "bytea",
	"tx_hash" "bytea",
	"block_number" bigint,
	"block_hash" "bytea",
	"gas_used" numeric(78,0),
	"sponsor_cost" numeric(78,0),
	"error" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "transactions_status" CHECK ("transactions"."status" in ('pending', 'submitted', 'confirmed', 'failed'))
);
--> statement-breakpoint
ALTER TABLE "submission_legs" ADD CONSTRAINT "submission_legs_submission_id_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission_legs" ADD CONSTRAINT "submission_legs_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_owner" ON "events" USING btree ("owner","seq");--> statement-breakpoint
CREATE INDEX "events_seq" ON "events" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "submission_legs_transaction" ON "submission_legs" USING btree ("transaction_id");--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_hash" ON "submissions" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "submissions_open" ON "submissions" USING btree ("lane") WHERE "submissions"."state" in ('signed', 'sent', 'included', 'settled');--> statement-breakpoint
CREATE INDEX "submissions_nonce" ON "submissions" USING btree ("network","sender","nonce");--> statement-breakpoint
CREATE INDEX "submissions_block" ON "submissions" USING btree ("network","block_number") WHERE "submissions"."block_number" is not null;--> statement-breakpoint
CREATE INDEX "transactions_open" ON "transactions" USING btree ("lane","seq") WHERE "transactions"."status" in ('pending', 'submitted');--> statement-breakpoint
CREATE INDEX "transactions_owner" ON "transactions" USING btree ("owner","seq");--> statement-breakpoint
CREATE INDEX "transactions_user" ON "transactions" USING btree ("owner","user_id","seq") WHERE "transactions"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "transactions_tx_hash" ON "transactions" USING btree ("tx_hash") WHERE "transactions"."tx_hash" is not null;