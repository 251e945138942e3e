CREATE TABLE "token_controls" (
	"network" text NOT NULL,
	"block_number" bigint NOT NULL,
	"log_index" integer NOT NULL,
	"block_hash" "bytea" NOT NULL,
	"tx_hash" "bytea" NOT NULL,
	"user_op_hash" "bytea",
	"token_id" text NOT NULL,
	"owner" text NOT NULL,
	"address" text NOT NULL,
	"kind" text NOT NULL,
	"role" text,
	"account" text NOT NULL,
	"by" text NOT NULL,
	"own" boolean NOT NULL,
	CONSTRAINT "token_controls_network_block_number_log_index_pk" PRIMARY KEY("network","block_number","log_index")
);
--> statement-breakpoint
CREATE INDEX "token_controls_token" ON "token_controls" USING btree ("token_id","account");