import { bigint, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import { hex, uint256 } from '../columns.ts';

/** Blocks up to which transfers were read; the newest is the cursor, the others tell where a reorg began. */
export const indexedBlocks = pgTable(
  'indexed_blocks',
  {
    network: text('network').notNull(),
    number: bigint('number', { mode: 'bigint' }).notNull(),
    hash: hex('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.network, t.number] })],
);

/** Every transfer of the platform's tokens, whoever made it. */
export const tokenTransfers = pgTable(
  'token_transfers',
  {
    network: text('network').notNull(),
    blockNumber: bigint('block_number', { mode: 'bigint' }).notNull(),
    logIndex: integer('log_index').notNull(),
    position: integer('position').notNull(),
    blockHash: hex('block_hash').notNull(),
    txHash: hex('tx_hash').notNull(),
    userOpHash: hex('user_op_hash'),
    tokenId: text('token_id').notNull(),
    owner: text('owner').notNull(),
    address: text('address').$type<Address>().notNull(),
    from: text('from').$type<Address>().notNull(),
    to: text('to').$type<Address>().notNull(),
    amount: uint256('amount').notNull(),
    itemId: uint256('item_id'),
    own: boolean('own').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.network, t.blockNumber, t.logIndex, t.position] }),
    index('token_transfers_token').on(t.tokenId, t.blockNumber),
  ],
);
