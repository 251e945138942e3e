import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Hex } from '#src/core/hex.ts';
import type { Submission, TransactionError, TransactionStatus } from '#src/core/journal.ts';
import { hex, instant, uint256 } from '../columns.ts';

/** Calls and expected logs as JSON: wei as decimal strings. */
export type StoredCall = { to: Hex; data: Hex; value: string };

/** Intents as callers see them; `seq` is their order in a lane. */
export const transactions = pgTable(
  'transactions',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    userId: text('user_id'),
    type: text('type').notNull(),
    network: text('network').notNull(),
    lane: text('lane').notNull(),
    calls: jsonb('calls').$type<StoredCall[]>().notNull(),
    expect: jsonb('expect').$type<{ address: Hex; topics: Hex[]; data?: Hex }[]>().notNull(),
    meta: jsonb('meta').$type<Record<string, unknown>>().notNull(),
    status: text('status').$type<TransactionStatus>().notNull().default('pending'),
    /** Must travel alone: it failed in a batch once. */
    solo: boolean('solo').notNull().default(false),
    /** Times it was put back into the queue. */
    requeues: smallint('requeues').notNull().default(0),
    userOpHash: hex('user_op_hash'),
    txHash: hex('tx_hash'),
    blockNumber: bigint('block_number', { mode: 'bigint' }),
    blockHash: hex('block_hash'),
    gasUsed: uint256('gas_used'),
    sponsorCost: uint256('sponsor_cost'),
    error: jsonb('error').$type<TransactionError>(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    check('transactions_status', sql`${t.status} in ('pending', 'submitted', 'confirmed', 'failed')`),
    index('transactions_open')
      .on(t.lane, t.seq)
      .where(sql`${t.status} in ('pending', 'submitted')`),
    index('transactions_owner').on(t.owner, t.seq),
    index('transactions_user')
      .on(t.owner, t.userId, t.seq)
      .where(sql`${t.userId} is not null`),
    index('transactions_token')
      .on(t.owner, sql`(${t.meta}->>'tokenId')`, t.seq)
      .where(sql`${t.meta}->>'tokenId' is not null`),
    index('transactions_sender')
      .on(t.owner, sql`(${t.meta}->>'from')`, t.seq)
      .where(sql`${t.meta}->>'from' is not null`),
    index('transactions_tx_hash')
      .on(t.txHash)
      .where(sql`${t.txHash} is not null`),
  ],
);

/** Signed bytes, committed before they are sent. A fee bump is a further row of the same sender and nonce. */
export const submissions = pgTable(
  'submissions',
  {
    id: text('id').primaryKey(),
    lane: text('lane').notNull(),
    network: text('network').notNull(),
    kind: text('kind').$type<Submission['kind']>().notNull(),
    hash: hex('hash').notNull(),
    raw: text('raw').notNull(),
    sender: text('sender').$type<Hex>().notNull(),
    nonce: uint256('nonce').notNull(),
    /** Unix seconds. */
    validUntil: bigint('valid_until', { mode: 'number' }),
    replaces: hex('replaces'),
    maxFeePerGas: uint256('max_fee_per_gas').notNull(),
    maxPriorityFeePerGas: uint256('max_priority_fee_per_gas').notNull(),
    state: text('state').$type<Submission['state']>().notNull(),
    epoch: integer('epoch').notNull(),
    txHash: hex('tx_hash'),
    blockNumber: bigint('block_number', { mode: 'bigint' }),
    blockHash: hex('block_hash'),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
  },
  (t) => [
    check('submissions_state', sql`${t.state} in ('signed', 'sent', 'included', 'settled', 'final', 'dead')`),
    uniqueIndex('submissions_hash').on(t.hash),
    index('submissions_open')
      .on(t.lane)
      .where(sql`${t.state} in ('signed', 'sent', 'included', 'settled')`),
    index('submissions_nonce').on(t.network, t.sender, t.nonce),
    index('submissions_block')
      .on(t.network, t.blockNumber)
      .where(sql`${t.blockNumber} is not null`),
  ],
);

/** Which transactions a submission carries, in leg order, and how each ended. */
export const submissionLegs = pgTable(
  'submission_legs',
  {
    submissionId: text('submission_id')
      .notNull()
      .references(() => submissions.id),
    position: integer('position').notNull(),
    transactionId: text('transaction_id')
      .notNull()
      .references(() => transactions.id),
    success: boolean('success'),
  },
  (t) => [
    primaryKey({ columns: [t.submissionId, t.position] }),
    index('submission_legs_transaction').on(t.transactionId),
  ],
);

/** Leases: whoever holds (owner, epoch) until `until` (database time) may sign for the lane. */
export const lanes = pgTable('lanes', {
  lane: text('lane').primaryKey(),
  owner: text('owner').notNull(),
  epoch: integer('epoch').notNull(),
  until: instant('until').notNull(),
});

/** First answer of each keyed write. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    owner: text('owner').notNull(),
    operation: text('operation').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    transactionId: text('transaction_id'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.owner, t.operation, t.key] }),
    index('idempotency_keys_expiry').on(t.expiresAt),
  ],
);

/** Outbox: one row for each state change that someone may want to hear of. */
export const events = pgTable(
  'events',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    type: text('type').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    /** Order of publication; null until the writing transaction is known to be over. */
    position: bigint('position', { mode: 'bigint' }),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    index('events_owner').on(t.owner, t.position),
    index('events_position')
      .on(t.position)
      .where(sql`${t.position} is not null`),
    index('events_unpublished')
      .on(t.seq)
      .where(sql`${t.position} is null`),
    index('events_age').on(t.createdAt),
  ],
);

/** The chain this database belongs to, by genesis hash. */
export const networks = pgTable('networks', {
  network: text('network').primaryKey(),
  genesisHash: hex('genesis_hash').notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
  /** Since when operators let no new payment begin there. */
  pausedAt: instant('paused_at'),
});
