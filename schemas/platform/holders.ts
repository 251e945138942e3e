import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, Nullable } from '../kit/scalars.ts';
import { idParams, list, listQuery } from './envelope.ts';
import { ItemId } from './token-fields.ts';
import { transactionExample } from './transactions.ts';

export const TokenHolder = model(
  'TokenHolder',
  strictObject({
    object: Type.Literal('holder'),
    id: Type.String({ description: 'The address, for starting_after' }),
    account: Type.String(),
    balance: Type.String({ description: 'Atomic units, or how many items' }),
    formatted: Nullable(Type.String({ description: 'For people; of fungible tokens' })),
  }),
);

/** The block up to which the chain was read. */
export const IndexedBlock = model(
  'IndexedBlock',
  strictObject({ number: Type.Integer({ minimum: 0 }), hash: Type.String() }),
);

const account = transactionExample.to;

export const listTokenHolders = operation({
  id: 'listTokenHolders',
  plane: 'platform',
  method: 'GET',
  path: '/v1/tokens/:id/holders',
  tag: 'Token reads',
  summary: 'Lists who holds a token and how much, in an order that stays',
  description:
    'Sums of all transfers up to `block`, whoever made them; a reorg is followed. Items are counted: of ERC721 and SBT ' +
    'how many somebody has, of ERC1155 how many units of all items; `item_id` asks for one item.',
  auth: 'key',
  scope: 'tokens:read',
  params: idParams('token'),
  query: Type.Object({
    limit: listQuery('tok').limit,
    starting_after: Type.Optional(AddressString('Address of the last one before')),
    item_id: Type.Optional(ItemId),
  }),
  success: {
    status: 200,
    description: 'A page',
    schema: strictObject({
      ...list(ref(TokenHolder)).properties,
      block: Nullable(ref(IndexedBlock)),
    }),
  },
  errors: ['token_not_found', 'invalid_address'],
  examples: {
    params: { id: transactionExample.token_id },
    response: {
      object: 'list',
      data: [{ object: 'holder', id: account, account, balance: '1500000', formatted: '1.5' }],
      has_more: false,
      total: 1,
      block: { number: 128, hash: `0x${'3c'.repeat(32)}` },
    },
  },
});

export const operations = [listTokenHolders] as const;
