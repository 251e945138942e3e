import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Transactions';
const scope = 'transactions:read';

const statuses = ['pending', 'submitted', 'confirmed', 'failed'] as const;

export const PlatformTransaction = model(
  'PlatformTransaction',
  strictObject({
    object: Type.Literal('transaction'),
    id: Id('tx'),
    type: Type.String({ description: 'What it does: token_deploy, mint, transfer, …' }),
    status: Words(
      statuses,
      'pending: queued · submitted: signed and sent · confirmed: deep enough · failed: see error',
    ),
    network: Type.String(),
    token_id: Nullable(Type.String({ description: 'The token it is about' })),
    contract_address: Nullable(Type.String({ description: 'Contract of the token' })),
    from: Nullable(Type.String({ description: 'Smart account that sends it' })),
    to: Nullable(Type.String({ description: 'Who receives, where one does' })),
    amount: Nullable(Type.String({ description: 'Atomic units' })),
    item_id: Nullable(Type.String({ description: 'Number of the item, of tokens that have items' })),
    retry_of: Nullable(Type.String({ description: 'The failed transaction that this one does anew' })),
    user_op_hash: Nullable(Type.String()),
    tx_hash: Nullable(Type.String()),
    block_number: Nullable(Type.Integer()),
    gas_used: Nullable(Type.String({ description: 'Its share of the operation that carried it' })),
    sponsored: Type.Boolean({ description: 'Somebody else pays the gas' }),
    sponsor_cost: Nullable(Type.String({ description: 'Wei that the sponsor paid for it' })),
    error: Nullable(
      strictObject({
        code: Type.String({ description: 'Stable code' }),
        message: Type.String({ description: 'For people' }),
        reason: Type.Optional(Type.String({ description: 'Stable class of the failure' })),
        revert_reason: Type.Optional(Type.String({ description: 'What the contract said' })),
      }),
    ),
    created: UnixTime(),
    updated: UnixTime(),
  }),
);

export const transactionExample = {
  object: 'transaction',
  id: 'tx_4f1k9x2m7q0z8w3v5t6s1r2p',
  type: 'mint',
  status: 'pending',
  network: 'base-sepolia',
  token_id: 'tok_9x2m7q0z8w3v5t6s1r2p4f1k',
  contract_address: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  from: '0x1234567890AbcdEF1234567890aBcdef12345678',
  to: '0x90F79bf6EB2c4f870365E785982E1f101E93b906',
  amount: '1000000',
  item_id: null,
  retry_of: null,
  user_op_hash: null,
  tx_hash: null,
  block_number: null,
  gas_used: null,
  sponsored: true,
  sponsor_cost: null,
  error: null,
  created: 1744027200,
  updated: 1744027200,
};

const filters = {
  status: Type.Optional(Words(statuses)),
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Exact type' })),
  network: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Name of a network' })),
};

export const listTransactions = operation({
  id: 'listTransactions',
  plane,
  method: 'GET',
  path: '/v1/transactions',
  tag,
  summary: 'Lists transactions, newest first',
  auth: 'key',
  scope,
  query: Type.Object({
    ...listQuery('tx'),
    ...filters,
    token_id: Type.Optional(Id('tok', 'Of one token')),
  }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformTransaction)) },
  errors: [],
  examples: { response: { object: 'list', data: [transactionExample], has_more: false, total: 1 } },
});

export const retrieveTransaction = operation({
  id: 'retrieveTransaction',
  plane,
  method: 'GET',
  path: '/v1/transactions/:id',
  tag,
  summary: 'Reads a transaction; `wait` answers as soon as it is final',
  auth: 'key',
  scope,
  params: idParams('transaction'),
  query: Type.Object({
    wait: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30, description: 'Seconds to wait for the end' }),
    ),
  }),
  success: { status: 200, description: 'The transaction', schema: ref(PlatformTransaction) },
  errors: ['transaction_not_found'],
  examples: {
    params: { id: transactionExample.id },
    query: { wait: 30 },
    response: {
      ...transactionExample,
      status: 'confirmed',
      user_op_hash: `0x${'1f'.repeat(32)}`,
      tx_hash: `0x${'2e'.repeat(32)}`,
      block_number: 128,
      gas_used: '135402',
      sponsor_cost: '135402000000000',
    },
  },
});

export const listTokenTransactions = operation({
  id: 'listTokenTransactions',
  plane,
  method: 'GET',
  path: '/v1/tokens/:id/transactions',
  tag,
  summary: 'Lists the transactions of a token, newest first',
  auth: 'key',
  scope: 'tokens:read',
  params: idParams('token'),
  query: Type.Object({ ...listQuery('tx'), ...filters }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformTransaction)) },
  errors: ['token_not_found'],
  examples: {
    params: { id: transactionExample.token_id },
    response: { object: 'list', data: [transactionExample], has_more: false, total: 1 },
  },
});

export const listTransactionsOfWallet = operation({
  id: 'listTransactionsOfWallet',
  plane,
  method: 'GET',
  path: '/v1/wallets/:id/transactions',
  tag: 'Wallets',
  summary: 'Lists the transactions that a wallet sent, newest first',
  auth: 'key',
  scope: 'wallets:read',
  params: idParams('wallet'),
  query: Type.Object({ ...listQuery('tx'), ...filters }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformTransaction)) },
  errors: ['wallet_not_found'],
  examples: {
    params: { id: 'wal_4f1k9x2m7q0z8w3v5t6s1r2p' },
    response: { object: 'list', data: [transactionExample], has_more: false, total: 1 },
  },
});

export const operations = [
  listTransactions,
  retrieveTransaction,
  listTokenTransactions,
  listTransactionsOfWallet,
] as const;
