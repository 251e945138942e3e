import { bigint, date, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { hex } from '../columns.ts';

const count = (name: string) => bigint(name, { mode: 'number' }).notNull();

/** HTTP requests by owner and UTC day; owner `*` is everybody. */
export const requestUsage = pgTable(
  'request_usage',
  {
    owner: text('owner').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    requests: count('requests'),
    success: count('success'),
    clientErrors: count('client_errors'),
    serverErrors: count('server_errors'),
    totalUs: count('total_us'),
    latency: bigint('latency', { mode: 'number' }).array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.day] })],
);

/** Verdicts by owner, UTC day and token; owner `*` is everybody. */
export const verificationUsage = pgTable(
  'verification_usage',
  {
    owner: text('owner').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    network: text('network').notNull(),
    asset: hex('asset').notNull(),
    verifications: count('verifications'),
  },
  (t) => [primaryKey({ columns: [t.owner, t.day, t.network, t.asset] })],
);
