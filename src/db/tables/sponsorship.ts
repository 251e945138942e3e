import { date, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { uint256 } from '../columns.ts';
import { transactions } from './journal.ts';

/** What was sponsored for an owner on a UTC day, wei; a row for ever, so that they sum up. */
export const sponsorshipDays = pgTable(
  'sponsorship_days',
  {
    owner: text('owner').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    spent: uint256('spent').notNull(),
    /** Held for what is not final yet. */
    reserved: uint256('reserved').notNull(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.day] })],
);

/** The part of each transaction in its day, wei. */
export const sponsorships = pgTable('sponsorships', {
  transactionId: text('transaction_id')
    .primaryKey()
    .references(() => transactions.id),
  owner: text('owner').notNull(),
  /** Day of the write: what is decided later counts there, too. */
  day: date('day', { mode: 'string' }).notNull(),
  spent: uint256('spent').notNull(),
  reserved: uint256('reserved').notNull(),
});
