CREATE TABLE "indexed_blocks" (
	"network" text NOT NULL,
	"number" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "indexed_blocks_network_number_pk" PRIMARY KEY("network","number")
);
--> statement-breakpoint
CREATE TABLE "token_transfers" (
	"network" text NOT NULL,
	"block_number" bigint NOT NULL,
	"log_index" integer NOT NULL,
	"position" integer NOT NULL,
	"block_hash" "bytea" NOT NULL,
	"tx_hash" "bytea" NOT NULL,
	"user_op_hash" "bytea",
	"token_id" text NOT NULL,
	"owner" text NOT NULL,
	"address" text NOT NULL,
	"from" text NOT NULL,
	"to" text NOT NULL,
	"amount" numeric(78,0) NOT NULL,
	"item_id" numeric(78,0),
	"own" boolean NOT NULL,
	CONSTRAINT "token_transfers_network_block_number_log_index_position_pk" PRIMARY KEY("network","block_number","log_index","position")
);
--> statement-breakpoint
CREATE INDEX "token_transfers_token" ON "token_transfers" USING btree ("token_id","block_number");