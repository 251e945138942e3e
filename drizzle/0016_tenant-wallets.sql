CREATE TABLE "tenant_wallets" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"type" text NOT NULL,
	"label" text,
	"external_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "tenant_wallets_type" CHECK ("tenant_wallets"."type" in ('smart_account', 'eoa'))
);
--> statement-breakpoint
ALTER TABLE "tenant_wallets" ADD CONSTRAINT "tenant_wallets_id_wallets_id_fk" FOREIGN KEY ("id") REFERENCES "public"."wallets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_wallets_external_id" ON "tenant_wallets" USING btree ("owner","external_id");--> statement-breakpoint
CREATE INDEX "tenant_wallets_owner" ON "tenant_wallets" USING btree ("owner","seq");