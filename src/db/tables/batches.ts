import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { BatchMode, BatchOperation } from '#src/core/ports/batches.ts';
import { instant } from '../columns.ts';

/** Many operations in one request; their transactions have states of their own. */
export const batches = pgTable('batches', {
  id: text('id').primaryKey(),
  owner: text('owner').notNull(),
  mode: text('mode').$type<BatchMode>().notNull(),
  operations: jsonb('operations').$type<BatchOperation[]>().notNull(),
  createdAt: instant('created_at').notNull(),
});
