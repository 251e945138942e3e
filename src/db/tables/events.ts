import { bigint, pgTable, smallint } from 'drizzle-orm/pg-core';

/** The last position given to an event; its one row is what publishers take turns on. */
export const eventHead = pgTable('event_head', {
  id: smallint('id').primaryKey().default(1),
  position: bigint('position', { mode: 'bigint' }).notNull(),
});
