CREATE TABLE "client_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"owner" text NOT NULL,
	"network" text NOT NULL,
	"token" text NOT NULL,
	"symbol" text NOT NULL,
	"decimals" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "client_tokens_token" ON "client_tokens" USING btree ("owner","network","token");--> statement-breakpoint
CREATE INDEX "client_tokens_owner" ON "client_tokens" USING btree ("owner","seq");