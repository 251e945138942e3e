import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, UnixTime } from './envelope.ts';
import { PlatformTransaction, transactionExample } from './transactions.ts';

const common = {
  plane: 'platform',
  tag: 'Transactions',
  auth: 'key',
  params: idParams('transaction'),
} as const;
const params = { id: transactionExample.id };
const hash = `0x${'1f'.repeat(32)}`;

export const TransactionAttempt = model(
  'TransactionAttempt',
  strictObject({
    object: Type.Literal('attempt'),
    id: Id('sub'),
    state: Words(
      ['signed', 'sent', 'included', 'settled', 'final', 'dead'],
      'included: in a block · settled: deep enough · final: too deep for a reorg · dead: never to be included',
    ),
    hash: Type.String({ description: 'Hash of the user operation, known before it was sent' }),
    nonce: Type.String(),
    replaces: Nullable(Type.String({ description: 'Hash of the attempt that it outbids' })),
    max_fee_per_gas: Type.String({ description: 'Wei' }),
    max_priority_fee_per_gas: Type.String({ description: 'Wei' }),
    batch_size: Type.Integer({ description: 'Transactions that travel with it, itself counted' }),
    success: Nullable(Type.Boolean({ description: 'null until it is settled' })),
    tx_hash: Nullable(Type.String()),
    block_number: Nullable(Type.Integer()),
    created: UnixTime('When it was signed and written down'),
    sent: Nullable(UnixTime('When it was first sent')),
  }),
);

export const getTransactionTimeline = operation({
  ...common,
  id: 'getTransactionTimeline',
  method: 'GET',
  path: '/v1/transactions/:id/timeline',
  summary: 'Reads every attempt to bring a transaction to the chain, oldest first',
  scope: 'transactions:read',
  success: {
    status: 200,
    description: 'The transaction and its attempts',
    schema: strictObject({
      object: Type.Literal('timeline'),
      transaction: ref(PlatformTransaction),
      attempts: Type.Array(ref(TransactionAttempt)),
    }),
  },
  errors: ['transaction_not_found'],
  examples: {
    params,
    response: {
      object: 'timeline',
      transaction: { ...transactionExample, status: 'submitted', user_op_hash: hash },
      attempts: [
        {
          object: 'attempt',
          id: 'sub_4f1k9x2m7q0z8w3v5t6s1r2p',
          state: 'sent',
          hash,
          nonce: '4',
          replaces: null,
          max_fee_per_gas: '1500000000',
          max_priority_fee_per_gas: '1000000000',
          batch_size: 1,
          success: null,
          tx_hash: null,
          block_number: null,
          created: 1744027200,
          sent: 1744027200,
        },
      ],
    },
  },
});

const action = {
  ...common,
  method: 'POST',
  scope: 'transactions:write',
  success: { status: 200, description: 'As it stands now', schema: ref(PlatformTransaction) },
} as const;

export const cancelTransaction = operation({
  ...action,
  id: 'cancelTransaction',
  path: '/v1/transactions/:id/cancel',
  summary: 'Cancels a transaction that is still queued',
  description: 'What is signed and sent, alone or in a batch, can not be taken back: 409.',
  errors: ['transaction_not_found', 'conflict'],
  examples: {
    params,
    response: {
      ...transactionExample,
      status: 'failed',
      error: { code: 'cancelled', message: 'Cancelled before it was sent' },
    },
  },
});

export const speedUpTransaction = operation({
  ...action,
  id: 'speedUpTransaction',
  path: '/v1/transactions/:id/speed_up',
  summary: 'Outbids a sent transaction that is in no block yet, with higher fees for the same nonce',
  errors: ['transaction_not_found', 'conflict'],
  examples: { params, response: { ...transactionExample, status: 'submitted', user_op_hash: hash } },
});

export const retryTransaction = operation({
  ...action,
  id: 'retryTransaction',
  path: '/v1/transactions/:id/retry',
  summary: 'Sends a failed transaction anew, as a transaction of its own; once for each',
  replays: true,
  success: { status: 201, description: 'The new transaction', schema: ref(PlatformTransaction) },
  errors: ['transaction_not_found', 'conflict', 'insufficient_balance', 'blockchain_error'],
  examples: { params, response: transactionExample },
});

export const operations = [
  getTransactionTimeline,
  cancelTransaction,
  speedUpTransaction,
  retryTransaction,
] as const;
