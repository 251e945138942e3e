import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, Nullable } from '../kit/scalars.ts';
import { idParams } from './envelope.ts';
import { ItemId } from './token-fields.ts';
import { spenderExample } from './token-moves.ts';
import { transactionExample } from './transactions.ts';

const read = {
  plane: 'platform',
  method: 'GET',
  tag: 'Token reads',
  auth: 'key',
  scope: 'tokens:read',
  params: idParams('token'),
} as const;

const errors = ['token_not_found', 'conflict'] as const;
const withAddress = [...errors, 'invalid_address'] as const;
const params = { id: transactionExample.token_id };
const account = transactionExample.to;

export const TokenBalance = model(
  'PlatformTokenBalance',
  strictObject({
    object: Type.Literal('balance'),
    account: Type.String(),
    item_id: Nullable(Type.String()),
    balance: Type.String({ description: 'Atomic units, or how many items' }),
    formatted: Nullable(Type.String({ description: 'For people; of fungible tokens' })),
  }),
);
const balanceExample = { object: 'balance', account, item_id: null, balance: '1500000', formatted: '1.5' };

export const getTokenBalance = operation({
  ...read,
  id: 'getTokenBalance',
  path: '/v1/tokens/:id/balance',
  summary: 'Reads what an address holds',
  query: Type.Object({
    account: Type.Optional(AddressString('Whose; the treasury when absent')),
    item_id: Type.Optional(ItemId),
  }),
  success: { status: 200, description: 'As of the latest block', schema: ref(TokenBalance) },
  errors: withAddress,
  examples: { params, query: { account }, response: balanceExample },
});

const pairs = `0x[0-9a-fA-F]{40}(:(?:0|[1-9][0-9]{0,77}))?`;

export const getTokenBalanceBatch = operation({
  ...read,
  id: 'getTokenBalanceBatch',
  path: '/v1/tokens/:id/balance_batch',
  summary: 'Reads what many addresses hold, all of one block',
  query: Type.Object({
    of: Type.String({
      pattern: `^${pairs}(,${pairs}){0,99}$`,
      description: 'Up to 100 addresses, comma-separated; `address:item_id` for ERC1155',
    }),
  }),
  success: {
    status: 200,
    description: 'In the order asked',
    schema: strictObject({ object: Type.Literal('list'), data: Type.Array(ref(TokenBalance)) }),
  },
  errors,
  examples: { params, query: { of: account }, response: { object: 'list', data: [balanceExample] } },
});

export const getTokenAllowance = operation({
  ...read,
  id: 'getTokenAllowance',
  path: '/v1/tokens/:id/allowance',
  summary: 'Reads how much somebody may spend of a holder (fungible tokens)',
  query: Type.Object({
    holder: Type.Optional(AddressString('Whose; the treasury when absent')),
    spender: AddressString('Who may spend'),
  }),
  success: {
    status: 200,
    description: 'As of the latest block',
    schema: strictObject({
      object: Type.Literal('allowance'),
      holder: Type.String(),
      spender: Type.String(),
      amount: Type.String({ description: 'Atomic units' }),
    }),
  },
  errors: withAddress,
  examples: {
    params,
    query: { spender: spenderExample },
    response: { object: 'allowance', holder: account, spender: spenderExample, amount: '1000000' },
  },
});

export const getTokenApproved = operation({
  ...read,
  id: 'getTokenApproved',
  path: '/v1/tokens/:id/approved',
  summary: 'Reads who may move an item (ERC721)',
  query: Type.Object({ item_id: ItemId }),
  success: {
    status: 200,
    description: 'As of the latest block',
    schema: strictObject({
      object: Type.Literal('approved'),
      item_id: Type.String(),
      approved: Nullable(Type.String({ description: 'null when nobody may, or there is no such item' })),
    }),
  },
  errors,
  examples: {
    params,
    query: { item_id: '1' },
    response: { object: 'approved', item_id: '1', approved: spenderExample },
  },
});

export const getTokenApprovalForAll = operation({
  ...read,
  id: 'getTokenApprovalForAll',
  path: '/v1/tokens/:id/approval_for_all',
  summary: 'Reads whether somebody may move all items of a holder (ERC721, ERC1155)',
  query: Type.Object({
    holder: Type.Optional(AddressString('Whose; the treasury when absent')),
    operator: AddressString('Who may move'),
  }),
  success: {
    status: 200,
    description: 'As of the latest block',
    schema: strictObject({
      object: Type.Literal('approval_for_all'),
      holder: Type.String(),
      operator: Type.String(),
      approved: Type.Boolean(),
    }),
  },
  errors: withAddress,
  examples: {
    params,
    query: { operator: spenderExample },
    response: { object: 'approval_for_all', holder: account, operator: spenderExample, approved: true },
  },
});

export const operations = [
  getTokenBalance,
  getTokenBalanceBatch,
  getTokenAllowance,
  getTokenApproved,
  getTokenApprovalForAll,
] as const;
