CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at");--> statement-breakpoint
CREATE OR REPLACE FUNCTION "audit_entries_stay"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' AND coalesce(current_setting('chronos.audit_before', true), '') <> '' THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'audit entries stay as they are';
END $$;
--> statement-breakpoint
CREATE FUNCTION "audit_entries_age"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.at >= least(current_setting('chronos.audit_before')::timestamptz, now() - interval '30 days') THEN
    RAISE EXCEPTION 'audit entries stay as they are for now';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "audit_entries_age" BEFORE DELETE ON "audit_entries" FOR EACH ROW EXECUTE FUNCTION "audit_entries_age"();
