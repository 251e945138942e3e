import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { cursorQuery } from '../kit/paging.ts';
import { IsoTime, Nullable, Words } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Settlements';
const Status = Words(
  ['received', 'settled', 'failed'],
  'received: on its way · settled: paid · failed: not paid by us',
);

export const Settlement = model(
  'Settlement',
  strictObject({
    id: Type.String(),
    status: Status,
    clientId: Type.String({ description: 'The key that brought it first' }),
    x402Version: Type.Integer(),
    scheme: Type.String(),
    network: Type.String(),
    asset: Type.String(),
    payer: Type.String(),
    payTo: Type.String(),
    amount: Type.String({ description: 'Atomic units' }),
    nonce: Type.String(),
    paymentIdentifier: Nullable(Type.String({ description: "The payer's own name of the payment" })),
    resource: Type.String(),
    transaction: Nullable(Type.String()),
    blockNumber: Nullable(Type.Integer()),
    gasUsed: Nullable(Type.String()),
    fee: Nullable(Type.String({ description: 'Wei paid for gas; null when somebody else paid it' })),
    reason: Nullable(Type.String({ description: 'Why it failed' })),
    delivered: Type.Boolean({ description: 'A settle call has answered success' }),
    createdAt: IsoTime(),
    settledAt: Nullable(IsoTime()),
  }),
);

const example = {
  id: 'set_1p9c0a7m3x5d8k2q6w4e0r7t',
  status: 'settled',
  clientId: 'mc_4f1k9x2m7q0z8w3v5t6s1r2p',
  x402Version: 1,
  scheme: 'exact',
  network: 'base-sepolia',
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  payer: '0x857b06519E91e3A54538791bDbb0E22373e36b66',
  payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
  amount: '1000000',
  nonce: '0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480',
  paymentIdentifier: null,
  resource: '/api/protected',
  transaction: '0x89c91c789e57059b17285e7ba1716a1f5ff4c5dace0ea5a5135f26158d0421b9',
  blockNumber: 12345678,
  gasUsed: '85700',
  fee: '857000000000',
  reason: null,
  delivered: true,
  createdAt: '2025-04-07T12:00:00.000Z',
  settledAt: '2025-04-07T12:00:02.000Z',
};

export const listSettlements = operation({
  id: 'listSettlements',
  plane,
  method: 'GET',
  path: '/api/v1/settlements',
  tag,
  summary: "A merchant's own payments, newest first",
  description: 'Tells the outcome of every payment, also when the answer of its settle call was lost.',
  auth: ['user', 'client'],
  query: Type.Object({ ...cursorQuery, status: Type.Optional(Status) }),
  success: {
    status: 200,
    description: 'A page',
    schema: data(
      strictObject({ settlements: Type.Array(ref(Settlement)), nextCursor: Nullable(Type.String()) }),
    ),
  },
  errors: [],
  examples: { response: { data: { settlements: [example], nextCursor: null } } },
});

export const getSettlement = operation({
  id: 'getSettlement',
  plane,
  method: 'GET',
  path: '/api/v1/settlements/:id',
  tag,
  summary: 'One payment',
  auth: ['user', 'client'],
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
  success: { status: 200, description: 'The payment', schema: data(ref(Settlement)) },
  errors: ['NOT_FOUND'],
  examples: { params: { id: example.id }, response: { data: example } },
});

export const operations = [listSettlements, getSettlement] as const;
