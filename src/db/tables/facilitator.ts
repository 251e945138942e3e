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
  serial,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { ResourceSource } from '#src/core/ports/resources.ts';
import type { SettlementStatus } from '#src/core/ports/settlements.ts';
import type { Hex } from '#src/core/hex.ts';
import { hex, instant, uint256 } from '../columns.ts';
import { tenants } from './tenants.ts';

/** People's accounts, of every plane. */
export const users = pgTable(
  'users',
  {
    id: serial('id').primaryKey(),
    publicId: text('public_id').notNull(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    fullName: text('full_name'),
    email: text('email'),
    passwordHash: text('password_hash'),
    isAdmin: boolean('is_admin').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    uniqueIndex('users_public_id').on(t.publicId),
    uniqueIndex('users_email')
      .on(t.email)
      .where(sql`${t.deletedAt} is null`),
    index('users_tenant').on(t.tenantId),
  ],
);

/** Refresh tokens by their id. */
export const refreshSessions = pgTable(
  'refresh_sessions',
  {
    jti: text('jti').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('refresh_sessions_user').on(t.userId), index('refresh_sessions_expiry').on(t.expiresAt)],
);

/** Log-in attempts by hashed address. */
export const logInAttempts = pgTable(
  'log_in_attempts',
  {
    key: text('key').primaryKey(),
    count: integer('count').notNull(),
    until: instant('until').notNull(),
  },
  (t) => [index('log_in_attempts_until').on(t.until)],
);

/** Merchants' keys; tokens are signed, not stored. */
export const merchantClients = pgTable(
  'merchant_clients',
  {
    clientId: text('client_id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    title: text('title').notNull(),
    scopes: text('scopes').array().notNull(),
    payTo: text('pay_to').array().$type<Hex[]>(),
    quotaPerMinute: integer('quota_per_minute'),
    generation: integer('generation').notNull().default(1),
    previousUntil: instant('previous_until'),
    /** Generations before the previous one that may still work, newest first. */
    older: jsonb('older').$type<{ generation: number; expiresAt: string }[]>().notNull().default([]),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    index('merchant_clients_user').on(t.userId, t.seq),
    index('merchant_clients_seq')
      .on(t.seq)
      .where(sql`${t.revokedAt} is null`),
  ],
);

/** Tokens that payments may be asked in. */
export const paymentAssets = pgTable(
  'payment_assets',
  {
    id: serial('id').primaryKey(),
    network: text('network').notNull(),
    asset: text('asset').$type<Hex>().notNull(),
    symbol: text('symbol').notNull(),
    decimals: smallint('decimals').notNull(),
    active: boolean('active').notNull(),
    eip712Name: text('eip712_name'),
    eip712Version: text('eip712_version'),
    minAmount: uint256('min_amount').notNull(),
    createdAt: instant('created_at').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [uniqueIndex('payment_assets_asset').on(t.network, t.asset)],
);

/** One row a payment, for ever. */
export const settlements = pgTable(
  'settlements',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    clientId: text('client_id').notNull(),
    network: text('network').notNull(),
    chainId: bigint('chain_id', { mode: 'number' }).notNull(),
    asset: hex('asset').notNull(),
    payer: hex('payer').notNull(),
    nonce: hex('nonce').notNull(),
    payTo: hex('pay_to').notNull(),
    amount: uint256('amount').notNull(),
    scheme: text('scheme').notNull(),
    method: text('method').notNull(),
    x402Version: smallint('x402_version').notNull(),
    resource: text('resource').notNull(),
    offer: text('offer').notNull().default(''),
    proof: text('proof').notNull(),
    status: text('status').$type<SettlementStatus>().notNull(),
    transactionId: text('transaction_id'),
    txHash: hex('tx_hash'),
    blockNumber: bigint('block_number', { mode: 'bigint' }),
    gasUsed: uint256('gas_used'),
    fee: uint256('fee'),
    reason: text('reason'),
    deliveredAt: instant('delivered_at'),
    idempotencyKey: text('idempotency_key'),
    paymentIdentifier: text('payment_identifier'),
    fingerprint: text('fingerprint').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    check('settlements_status', sql`${t.status} in ('received', 'settled', 'failed')`),
    uniqueIndex('settlements_payment').on(t.chainId, t.asset, t.payer, t.nonce),
    uniqueIndex('settlements_key').on(t.owner, t.idempotencyKey),
    uniqueIndex('settlements_identifier').on(t.owner, t.paymentIdentifier),
    uniqueIndex('settlements_transaction').on(t.transactionId),
    index('settlements_owner').on(t.owner, t.seq),
    index('settlements_owner_day').on(t.owner, t.createdAt),
    index('settlements_day').on(t.createdAt),
    index('settlements_settled')
      .on(t.settledAt)
      .where(sql`${t.settledAt} is not null`),
    // Offers are as long as URLs, index entries are not.
    index('settlements_offer')
      .on(t.owner, sql`md5(${t.offer})`, t.settledAt)
      .where(sql`${t.settledAt} is not null`),
  ],
);

/** What merchants offer for payment. */
export const resources = pgTable(
  'resources',
  {
    id: serial('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    resource: text('resource').notNull(),
    type: text('type').notNull(),
    x402Version: smallint('x402_version').notNull(),
    accepts: jsonb('accepts').$type<Record<string, unknown>[]>().notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull(),
    source: text('source').$type<ResourceSource>().notNull().default('merchant'),
    action: text('action').notNull().default(''),
    extensions: jsonb('extensions').$type<Record<string, unknown>>().notNull().default({}),
    offer: text('offer').notNull().default(''),
    words: text('words').notNull().default(''),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    index('resources_live')
      .on(t.id)
      .where(sql`${t.deletedAt} is null`),
    index('resources_user').on(t.userId, t.id),
    index('resources_offer').on(t.userId, sql`md5(${t.offer})`),
    index('resources_changed')
      .on(t.updatedAt, t.id)
      .where(sql`${t.deletedAt} is null`),
    index('resources_words').using('gin', sql`to_tsvector('english', ${t.words})`),
    check('resources_source', sql`${t.source} in ('merchant', 'payment')`),
  ],
);
