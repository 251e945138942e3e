import { Type } from '@sinclair/typebox';
import { ref } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { plane, TransactionAnswer, transactionExample, UserHeaders } from './common.ts';

export const getTransaction = operation({
  id: 'getTransaction',
  plane,
  method: 'GET',
  path: '/api/v1/transactions/:id',
  tag: 'Transactions',
  summary: "One of the user's transactions; `wait` answers as soon as it is final",
  description: 'The scope `wallet` reads all of them, every other scope those it can make.',
  auth: 'client',
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
  query: Type.Object({
    wait: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30, description: 'Seconds to wait for the end' }),
    ),
  }),
  headers: UserHeaders,
  success: { status: 200, description: 'The transaction', schema: ref(TransactionAnswer) },
  errors: ['MISSING_USER_ID', 'TRANSACTION_NOT_FOUND'],
  examples: {
    params: { id: transactionExample.id },
    query: { wait: 30 },
    response: {
      success: true,
      transaction: {
        ...transactionExample,
        status: 'confirmed',
        userOpHash: `0x${'1f'.repeat(32)}`,
        txHash: `0x${'2e'.repeat(32)}`,
        blockNumber: 128,
        gasUsed: '135402',
        sponsorCost: '135402000000000',
        updatedAt: '2025-04-07T12:00:01.200Z',
      },
    },
  },
});

export const operations = [getTransaction] as const;
