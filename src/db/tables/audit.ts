import { bigserial, index, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from '../columns.ts';

/** Who changed what through the API; triggers refuse changes, and removals by all but the clean-up of old rows. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    plane: text('plane').notNull(),
    operation: text('operation').notNull(),
    target: text('target').notNull(),
    fields: text('fields').array().notNull(),
    requestId: text('request_id').notNull(),
    ip: text('ip').notNull(),
  },
  (t) => [
    index('audit_entries_seq').on(t.seq),
    index('audit_entries_at').on(t.at),
    index('audit_entries_actor').on(t.actor, t.seq),
    index('audit_entries_target').on(t.target, t.seq),
    index('audit_entries_operation').on(t.operation, t.seq),
  ],
);
