import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import { wholeNumber } from '../columns.ts';

/** Stands for the token as a whole where no item is meant: a key has no nulls, and no item is below 0. */
export const wholeToken = -1n;

/** What accounts hold of the platform's tokens, as the transfers that were read add up; who holds nothing has no row. */
export const tokenBalances = pgTable(
  'token_balances',
  {
    tokenId: text('token_id').notNull(),
    itemId: wholeNumber('item_id').notNull(),
    account: text('account').$type<Address>().notNull(),
    balance: wholeNumber('balance').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tokenId, t.itemId, t.account] }),
    index('token_balances_account').on(t.account, t.tokenId),
    index('token_balances_emptied')
      .on(t.tokenId)
      .where(sql`${t.balance} = 0`),
  ],
);

/** How many rows of a token or an item there are: counting them takes longer the more there are. */
export const tokenHolderCounts = pgTable(
  'token_holder_counts',
  {
    tokenId: text('token_id').notNull(),
    itemId: wholeNumber('item_id').notNull(),
    holders: integer('holders').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tokenId, t.itemId] })],
);
