import { bigint, boolean, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import type { ControlLog } from '#src/core/ports/token-controls.ts';
import type { TokenRole } from '#src/core/token-actions.ts';
import { hex } from '../columns.ts';

/** Every grant of a role of the platform's tokens and every new owner, whoever made it. */
export const tokenControls = pgTable(
  'token_controls',
  {
    network: text('network').notNull(),
    blockNumber: bigint('block_number', { mode: 'bigint' }).notNull(),
    logIndex: integer('log_index').notNull(),
    blockHash: hex('block_hash').notNull(),
    txHash: hex('tx_hash').notNull(),
    userOpHash: hex('user_op_hash'),
    tokenId: text('token_id').notNull(),
    owner: text('owner').notNull(),
    address: text('address').$type<Address>().notNull(),
    kind: text('kind').$type<ControlLog['kind']>().notNull(),
    role: text('role').$type<TokenRole>(),
    account: text('account').$type<Address>().notNull(),
    by: text('by').$type<Address>().notNull(),
    own: boolean('own').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.network, t.blockNumber, t.logIndex] }),
    index('token_controls_token').on(t.tokenId, t.account),
  ],
);
