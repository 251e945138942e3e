CREATE TABLE "request_usage" (
	"owner" text NOT NULL,
	"day" date NOT NULL,
	"requests" bigint NOT NULL,
	"success" bigint NOT NULL,
	"client_errors" bigint NOT NULL,
	"server_errors" bigint NOT NULL,
	"total_us" bigint NOT NULL,
	"latency" bigint[] NOT NULL,
	CONSTRAINT "request_usage_owner_day_pk" PRIMARY KEY("owner","day")
);
--> statement-breakpoint
CREATE TABLE "verification_usage" (
	"owner" text NOT NULL,
	"day" date NOT NULL,
	"network" text NOT NULL,
	"asset" "bytea" NOT NULL,
	"verifications" bigint NOT NULL,
	CONSTRAINT "verification_usage_owner_day_network_asset_pk" PRIMARY KEY("owner","day","network","asset")
);
--> statement-breakpoint
CREATE INDEX "settlements_owner_day" ON "settlements" USING btree ("owner","created_at");--> statement-breakpoint
CREATE INDEX "settlements_day" ON "settlements" USING btree ("created_at");