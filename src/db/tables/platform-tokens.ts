import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import type { TokenFeatures, TokenStatus } from '#src/core/ports/platform-tokens.ts';
import type { TokenStandard } from '#src/core/token-actions.ts';
import { instant, uint256 } from '../columns.ts';

/** Tokens of tenants; what they are made of never changes. */
export const platformTokens = pgTable(
  'platform_tokens',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    network: text('network').notNull(),
    address: text('address').$type<Address>().notNull(),
    treasury: text('treasury').$type<Address>().notNull(),
    standard: text('standard').$type<TokenStandard>().notNull(),
    name: text('name').notNull(),
    symbol: text('symbol').notNull(),
    decimals: integer('decimals'),
    features: jsonb('features').$type<TokenFeatures>().notNull(),
    cap: uint256('cap'),
    initialSupply: uint256('initial_supply').notNull(),
    baseUri: text('base_uri'),
    royaltyBps: integer('royalty_bps'),
    status: text('status').$type<TokenStatus>().notNull().default('deploying'),
    /** The transaction that deploys it. */
    transactionId: text('transaction_id').notNull(),
    blockNumber: bigint('block_number', { mode: 'bigint' }),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    check('platform_tokens_status', sql`${t.status} in ('deploying', 'deployed', 'failed')`),
    index('platform_tokens_owner').on(t.owner, t.seq),
    uniqueIndex('platform_tokens_address').on(t.network, t.address),
    uniqueIndex('platform_tokens_transaction').on(t.transactionId),
  ],
);
