CREATE TABLE "token_balances" (
	"token_id" text NOT NULL,
	"item_id" numeric NOT NULL,
	"account" text NOT NULL,
	"balance" numeric NOT NULL,
	CONSTRAINT "token_balances_token_id_item_id_account_pk" PRIMARY KEY("token_id","item_id","account")
);
--> statement-breakpoint
CREATE TABLE "token_holder_counts" (
	"token_id" text NOT NULL,
	"item_id" numeric NOT NULL,
	"holders" integer NOT NULL,
	CONSTRAINT "token_holder_counts_token_id_item_id_pk" PRIMARY KEY("token_id","item_id")
);
--> statement-breakpoint
CREATE INDEX "token_balances_account" ON "token_balances" USING btree ("account","token_id");--> statement-breakpoint
CREATE INDEX "token_balances_emptied" ON "token_balances" USING btree ("token_id") WHERE "token_balances"."balance" = 0;--> statement-breakpoint

INSERT INTO "token_balances" ("token_id", "item_id", "account", "balance")
SELECT m.token_id, m.item_id, m.account, sum(m.delta) FROM (
  SELECT t.token_id, i.item_id, d.account, d.delta FROM "token_transfers" t
  CROSS JOIN LATERAL (VALUES (t."from", -t.amount::numeric), (t."to", t.amount::numeric)) AS d (account, delta)
  CROSS JOIN LATERAL (SELECT (-1)::numeric AS item_id UNION ALL SELECT t.item_id::numeric WHERE t.item_id IS NOT NULL) i
) m WHERE m.account <> '0x0000000000000000000000000000000000000000'
GROUP BY 1, 2, 3 HAVING sum(m.delta) <> 0;
--> statement-breakpoint
INSERT INTO "token_holder_counts" ("token_id", "item_id", "holders")
SELECT token_id, item_id, count(*) FROM "token_balances" GROUP BY 1, 2;
