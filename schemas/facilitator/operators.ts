import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { IsoTime, Nullable } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Admin';

export const SettlementSigner = model(
  'SettlementSigner',
  strictObject({
    address: Type.String(),
    balance: Nullable(Type.String({ description: 'Wei; null while the network does not answer' })),
    nonce: Nullable(Type.Integer({ description: "The chain's next nonce" })),
    nonceGap: Nullable(
      Type.Integer({
        minimum: 0,
        description:
          'Nonces that nobody has signed before the first open one; above 0 nothing can be included',
      }),
    ),
    inFlight: Type.Integer({ minimum: 0, description: 'Nonces that are signed and in no block yet' }),
  }),
);

export const SettlementLane = model(
  'SettlementLane',
  strictObject({
    network: Type.String(),
    queued: Type.Integer({ minimum: 0, description: 'Settlements that wait for a transaction' }),
    oldestUnsettledSeconds: Nullable(Type.Number({ minimum: 0 })),
    signers: Type.Array(ref(SettlementSigner)),
  }),
);

export const PausedNetwork = model(
  'PausedNetwork',
  strictObject({ network: Type.String(), pausedAt: Nullable(IsoTime()) }),
);

const NetworkParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64, description: 'Name or CAIP-2 id, e.g. base-sepolia' }),
});

export const listSigners = operation({
  id: 'listSigners',
  plane,
  method: 'GET',
  path: '/admin/signers',
  tag,
  summary: 'Settlement signers and their lanes: balances, nonces, what is queued and in flight',
  auth: 'admin',
  success: { status: 200, description: 'Lanes', schema: data(Type.Array(ref(SettlementLane))) },
  errors: [],
  examples: {
    response: {
      data: [
        {
          network: 'base-sepolia',
          queued: 12,
          oldestUnsettledSeconds: 1.4,
          signers: [
            {
              address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
              balance: '99710000000000000',
              nonce: 4021,
              nonceGap: 0,
              inFlight: 2,
            },
          ],
        },
      ],
    },
  },
});

export const pauseNetwork = operation({
  id: 'pauseNetwork',
  plane,
  method: 'POST',
  path: '/admin/networks/:id/pause',
  tag,
  summary: 'Lets no new payment begin on a network; those on their way finish',
  description: 'When it answers, every replica obeys. Verify and settle then answer 500 with Retry-After.',
  auth: 'admin',
  audited: true,
  params: NetworkParams,
  success: { status: 200, description: 'Paused', schema: data(ref(PausedNetwork)) },
  errors: ['INVALID_REQUEST'],
  examples: {
    params: { id: 'base-sepolia' },
    response: { data: { network: 'base-sepolia', pausedAt: '2025-04-07T12:00:00.000Z' } },
  },
});

export const resumeNetwork = operation({
  id: 'resumeNetwork',
  plane,
  method: 'POST',
  path: '/admin/networks/:id/resume',
  tag,
  summary: 'Takes payments on a network again',
  auth: 'admin',
  audited: true,
  params: NetworkParams,
  success: { status: 200, description: 'Active', schema: data(ref(PausedNetwork)) },
  errors: ['INVALID_REQUEST'],
  examples: {
    params: { id: 'base-sepolia' },
    response: { data: { network: 'base-sepolia', pausedAt: null } },
  },
});

export const operations = [listSigners, pauseNetwork, resumeNetwork] as const;
