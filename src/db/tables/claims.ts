import { pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import { hex, instant, uint256 } from '../columns.ts';

/** Payouts that apps asked for; one row a claim, for ever. */
export const claims = pgTable(
  'claims',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    claimId: text('claim_id').notNull(),
    userId: text('user_id').notNull(),
    network: text('network').notNull(),
    token: text('token').$type<Address>().notNull(),
    payer: text('payer').$type<Address>().notNull(),
    recipient: text('recipient').$type<Address>().notNull(),
    amount: uint256('amount').notNull(),
    reference: hex('reference').notNull(),
    payoutId: hex('payout_id').notNull(),
    releaseAt: instant('release_at'),
    transactionId: text('transaction_id').notNull(),
    releaseTransactionId: text('release_transaction_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    uniqueIndex('claims_claim').on(t.owner, t.claimId),
    uniqueIndex('claims_payout').on(t.owner, t.payoutId),
  ],
);
