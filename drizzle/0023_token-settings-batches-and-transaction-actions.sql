CREATE TABLE "batches" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"mode" text NOT NULL,
	"operations" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
