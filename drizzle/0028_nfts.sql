CREATE TABLE "nft_metadata" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"token_id" text NOT NULL,
	"uri" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nft_numbers" (
	"token_id" text PRIMARY KEY NOT NULL,
	"next" numeric NOT NULL
);
--> statement-breakpoint
CREATE TABLE "nfts" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"network" text NOT NULL,
	"token_id" text NOT NULL,
	"item_id" numeric(78,0) NOT NULL,
	"supply" numeric NOT NULL,
	"moves" integer NOT NULL,
	"mint" text NOT NULL,
	"transaction_id" text,
	"uri" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "nfts_mint" CHECK ("nfts"."mint" in ('none', 'pending', 'failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "nft_metadata_uri" ON "nft_metadata" USING btree ("uri");--> statement-breakpoint
CREATE UNIQUE INDEX "nfts_item" ON "nfts" USING btree ("token_id","item_id");--> statement-breakpoint
CREATE INDEX "nfts_owner" ON "nfts" USING btree ("owner","seq");--> statement-breakpoint
CREATE INDEX "nfts_transaction" ON "nfts" USING btree ("transaction_id");--> statement-breakpoint

INSERT INTO "nfts" ("id", "owner", "network", "token_id", "item_id", "supply", "moves", "mint", "created_at", "updated_at")
SELECT 'nft_' || substr(md5(t.token_id || ' ' || t.item_id), 1, 24), min(t.owner), min(t.network), t.token_id, t.item_id,
  sum(CASE WHEN t."from" = '0x0000000000000000000000000000000000000000' THEN t.amount ELSE 0 END)
    - sum(CASE WHEN t."to" = '0x0000000000000000000000000000000000000000' THEN t.amount ELSE 0 END),
  count(*), 'none', now(), now()
FROM "token_transfers" t WHERE t.item_id IS NOT NULL GROUP BY t.token_id, t.item_id;
