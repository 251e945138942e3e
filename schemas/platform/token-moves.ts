import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, AmountString } from '../kit/scalars.ts';
import { idParams } from './envelope.ts';
import { described, From, keyed, portion, refusals, To, WriteHeaders, written } from './token-fields.ts';
import { transactionExample } from './transactions.ts';

/** What every move of a token shares. */
export const move = {
  plane: 'platform',
  method: 'POST',
  tag: 'Token moves',
  auth: 'key',
  scope: 'transactions:write',
  params: idParams('token'),
  headers: WriteHeaders,
  replays: true,
  success: written,
} as const;

export const spenderExample = '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65';
const to = transactionExample.to;

/** Examples of an action on a token. */
export const moveExample = <T extends object>(type: string, body: T) => ({
  params: { id: transactionExample.token_id },
  body: { ...body, idempotency_key: `${type}-1` },
  response: { ...transactionExample, type },
});

export const MintRequest = model('MintRequest', strictObject({ to: To, ...portion, ...described, ...keyed }));
export const mintToken = operation({
  ...move,
  id: 'mintToken',
  path: '/v1/tokens/:id/mint',
  summary: 'Mints tokens to an address',
  body: ref(MintRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount'],
  examples: moveExample('mint', { to, amount: '1000000' }),
});

export const MoveRequest = model(
  'MoveRequest',
  strictObject({ to: To, ...portion, from: Type.Optional(From), ...keyed }),
);
export const transferToken = operation({
  ...move,
  id: 'transferToken',
  path: '/v1/tokens/:id/transfer',
  summary: 'Transfers tokens from one of your accounts to an address',
  body: ref(MoveRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount', 'insufficient_balance'],
  examples: moveExample('transfer', { to, amount: '1000000' }),
});

export const BurnRequest = model(
  'BurnRequest',
  strictObject({ ...portion, from: Type.Optional(From), ...keyed }),
);
export const burnToken = operation({
  ...move,
  id: 'burnToken',
  path: '/v1/tokens/:id/burn',
  summary: 'Burns tokens of one of your accounts',
  body: ref(BurnRequest),
  errors: [...refusals, 'invalid_amount', 'insufficient_balance'],
  examples: moveExample('burn', { amount: '1000000' }),
});

export const ApproveRequest = model(
  'ApproveRequest',
  strictObject({
    spender: AddressString('Who may spend; the zero address takes an approval of an item back'),
    amount: Type.Optional(AmountString('Atomic units; 0 takes it back. Left out for ERC721')),
    item_id: portion.item_id,
    from: Type.Optional(From),
    ...keyed,
  }),
);
export const approveToken = operation({
  ...move,
  id: 'approveToken',
  path: '/v1/tokens/:id/approve',
  summary: 'Lets somebody spend tokens of one of your accounts',
  body: ref(ApproveRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount'],
  examples: moveExample('approve', { spender: spenderExample, amount: '1000000' }),
});

export const operations = [mintToken, transferToken, burnToken, approveToken] as const;
