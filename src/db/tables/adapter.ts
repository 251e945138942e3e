import { sql } from 'drizzle-orm';
import {
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import type { SponsoredContract } from '#src/core/sponsorship.ts';
import { hex, instant, uint256 } from '../columns.ts';

type StoredSponsorship = {
  allow: SponsoredContract[] | null;
  maxGas: string | null;
  dailyBudget: string | null;
};

/** Credentials of apps. */
export const apiClients = pgTable(
  'api_clients',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    name: text('name').notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    tier: text('tier').notNull(),
    /** Keyed hash (HMAC-SHA-256 with the server's pepper). */
    secretHash: text('secret_hash').notNull(),
    previousSecretHash: text('previous_secret_hash'),
    previousSecretExpiresAt: instant('previous_secret_expires_at'),
    /** Those before the previous one that may still work, newest first. */
    olderSecrets: jsonb('older_secrets').$type<{ hash: string; expiresAt: string }[]>().notNull().default([]),
    allowedOrigins: jsonb('allowed_origins').$type<string[]>().notNull(),
    allowedIps: jsonb('allowed_ips').$type<string[]>().notNull(),
    /** Gas and wei as decimal strings. */
    sponsorship: jsonb('sponsorship').$type<StoredSponsorship>(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('api_clients_seq').on(t.seq),
    index('api_clients_origins').using('gin', t.allowedOrigins),
  ],
);

/** Tokens that clients may mint beside the default token of a network. */
export const clientTokens = pgTable(
  'client_tokens',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    network: text('network').notNull(),
    token: text('token').$type<Address>().notNull(),
    symbol: text('symbol').notNull(),
    decimals: integer('decimals').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('client_tokens_token').on(t.owner, t.network, t.token),
    index('client_tokens_owner').on(t.owner, t.seq),
  ],
);

/** Ids of access tokens that are refused before they expire. */
export const revokedTokens = pgTable(
  'revoked_tokens',
  { jti: text('jti').primaryKey(), expiresAt: instant('expires_at').notNull() },
  (t) => [index('revoked_tokens_expiry').on(t.expiresAt)],
);

/** Smart accounts; the address follows from kind, factory, initial owner and salt for ever. */
export const wallets = pgTable(
  'wallets',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    subject: text('subject').notNull(),
    address: text('address').$type<Address>().notNull(),
    kind: text('kind').notNull(),
    factory: text('factory').$type<Address>().notNull(),
    entryPoint: text('entry_point').$type<Address>().notNull(),
    initialOwner: text('initial_owner').$type<Address>().notNull(),
    salt: hex('salt').notNull(),
    keyVersion: integer('key_version').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('wallets_subject').on(t.owner, t.subject),
    uniqueIndex('wallets_address').on(t.address),
  ],
);

/** Owner keys, sealed by the backend they were made with. */
export const walletKeys = pgTable(
  'wallet_keys',
  {
    walletId: text('wallet_id')
      .notNull()
      .references(() => wallets.id),
    version: integer('version').notNull(),
    backend: text('backend').notNull(),
    owner: text('owner').$type<Address>().notNull(),
    sealed: jsonb('sealed').$type<Record<string, string>>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.walletId, t.version] }),
    index('wallet_keys_seal').on(t.backend, sql`coalesce(${t.sealed}->>'kek', '')`),
  ],
);

/** What receipts mint; one row a receipt, for ever. */
export const mintReceipts = pgTable(
  'mint_receipts',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    receiptId: text('receipt_id').notNull(),
    userId: text('user_id').notNull(),
    network: text('network').notNull(),
    token: text('token').$type<Address>().notNull(),
    recipient: text('recipient').$type<Address>().notNull(),
    amount: uint256('amount').notNull(),
    receipt: hex('receipt').notNull(),
    deadline: instant('deadline').notNull(),
    signature: hex('signature').notNull(),
    transactionId: text('transaction_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [uniqueIndex('mint_receipts_receipt').on(t.owner, t.receiptId)],
);
