import { sql } from 'drizzle-orm';
import { bigserial, check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { MintState } from '#src/core/ports/nfts.ts';
import { instant, uint256, wholeNumber } from '../columns.ts';

/** Items of tokens: those that were seen in transfers, and those that a mint of ours will make. */
export const nfts = pgTable(
  'nfts',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    network: text('network').notNull(),
    tokenId: text('token_id').notNull(),
    itemId: uint256('item_id').notNull(),
    supply: wholeNumber('supply').notNull(),
    moves: integer('moves').notNull(),
    mint: text('mint').$type<MintState>().notNull(),
    transactionId: text('transaction_id'),
    uri: text('uri'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    check('nfts_mint', sql`${t.mint} in ('none', 'pending', 'failed')`),
    uniqueIndex('nfts_item').on(t.tokenId, t.itemId),
    index('nfts_owner').on(t.owner, t.seq),
    index('nfts_transaction').on(t.transactionId),
  ],
);

/** Metadata that we serve; public by its URI. */
export const nftMetadata = pgTable(
  'nft_metadata',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    tokenId: text('token_id').notNull(),
    uri: text('uri').notNull(),
    /** Text, not jsonb: it is served byte by byte as it was given. */
    text: text('text').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [uniqueIndex('nft_metadata_uri').on(t.uri)],
);

/** The next number for items whose minter names none. */
export const nftNumbers = pgTable('nft_numbers', {
  tokenId: text('token_id').primaryKey(),
  next: wholeNumber('next').notNull(),
});
