ALTER TABLE "api_clients" ADD COLUMN "older_secrets" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "merchant_clients" ADD COLUMN "older" jsonb DEFAULT '[]'::jsonb NOT NULL;