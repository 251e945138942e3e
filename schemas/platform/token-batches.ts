import { Type, type TProperties } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, AmountString, BytesString, PositiveAmountString } from '../kit/scalars.ts';
import { described, From, keyed, portion, refusals, To } from './token-fields.ts';
import { move, moveExample, spenderExample } from './token-moves.ts';
import { transactionExample } from './transactions.ts';

const items = <T extends TProperties>(fields: T) =>
  Type.Array(strictObject(fields), { minItems: 1, maxItems: 100, description: 'Up to 100, all or none' });
const to = transactionExample.to;
const from = Type.Optional(From);

export const MintBatchRequest = model(
  'MintBatchRequest',
  strictObject({ items: items({ to: To, ...portion, ...described }), ...keyed }),
);
export const mintTokenBatch = operation({
  ...move,
  id: 'mintTokenBatch',
  path: '/v1/tokens/:id/mint_batch',
  summary: 'Mints to many addresses in one operation',
  body: ref(MintBatchRequest),
  // Its items may bring metadata.
  bodyLimit: 1024 * 1024,
  errors: [...refusals, 'invalid_address', 'invalid_amount'],
  examples: moveExample('mint_batch', { items: [{ to, amount: '1000000' }] }),
});

export const TransferBatchRequest = model(
  'TransferBatchRequest',
  strictObject({ items: items({ to: To, ...portion }), from, ...keyed }),
);
export const transferTokenBatch = operation({
  ...move,
  id: 'transferTokenBatch',
  path: '/v1/tokens/:id/transfer_batch',
  summary: 'Transfers to many addresses in one operation',
  body: ref(TransferBatchRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount', 'insufficient_balance'],
  examples: moveExample('transfer_batch', { items: [{ to, amount: '1000000' }] }),
});

export const BurnBatchRequest = model(
  'BurnBatchRequest',
  strictObject({ items: items(portion), from, ...keyed }),
);
export const burnTokenBatch = operation({
  ...move,
  id: 'burnTokenBatch',
  path: '/v1/tokens/:id/burn_batch',
  summary: 'Burns many items in one operation',
  body: ref(BurnBatchRequest),
  errors: [...refusals, 'invalid_amount', 'insufficient_balance'],
  examples: moveExample('burn_batch', { items: [{ amount: '1000000' }] }),
});

export const ApprovalForAllRequest = model(
  'ApprovalForAllRequest',
  strictObject({
    operator: AddressString('Who may move all items'),
    approved: Type.Boolean({ description: 'false takes it back' }),
    from,
    ...keyed,
  }),
);
export const setTokenApprovalForAll = operation({
  ...move,
  id: 'setTokenApprovalForAll',
  path: '/v1/tokens/:id/set_approval_for_all',
  summary: 'Lets somebody move all items of one of your accounts (ERC721, ERC1155)',
  body: ref(ApprovalForAllRequest),
  errors: [...refusals, 'invalid_address'],
  examples: moveExample('set_approval_for_all', { operator: spenderExample, approved: true }),
});

export const PermitRequest = model(
  'PermitRequest',
  strictObject({
    holder: AddressString('Who signed; an account of anybody'),
    spender: AddressString('Who may spend'),
    amount: AmountString(),
    deadline: Type.Integer({ minimum: 0, description: 'Unix seconds, as signed' }),
    signature: BytesString('EIP-712 signature of the holder over the permit (ERC-2612)', 2048),
    ...keyed,
  }),
);
export const permitToken = operation({
  ...move,
  id: 'permitToken',
  path: '/v1/tokens/:id/permit',
  summary: "Brings a holder's signed approval to the chain, without gas for the holder",
  body: ref(PermitRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount'],
  examples: moveExample('permit', {
    holder: to,
    spender: spenderExample,
    amount: '1000000',
    deadline: 1_893_456_000,
    signature: `0x${'5a'.repeat(65)}`,
  }),
});

export const TransferAndCallRequest = model(
  'TransferAndCallRequest',
  strictObject({
    to: To,
    amount: PositiveAmountString(),
    data: Type.Optional(BytesString('Handed to the receiving contract', 8192)),
    from,
    ...keyed,
  }),
);
export const transferTokenAndCall = operation({
  ...move,
  id: 'transferTokenAndCall',
  path: '/v1/tokens/:id/transfer_and_call',
  summary: 'Transfers to a contract and calls it (ERC1363)',
  body: ref(TransferAndCallRequest),
  errors: [...refusals, 'invalid_address', 'invalid_amount', 'insufficient_balance'],
  examples: moveExample('transfer_and_call', { to, amount: '1000000', data: '0x' }),
});

export const operations = [
  mintTokenBatch,
  transferTokenBatch,
  burnTokenBatch,
  setTokenApprovalForAll,
  permitToken,
  transferTokenAndCall,
] as const;
