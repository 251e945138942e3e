import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { MethodParams } from './batch.ts';
import { tokenMethodNames } from './token-methods.ts';
import { transactionExample } from './transactions.ts';

const methods = ['deploy', ...tokenMethodNames] as const;

const Speed = strictObject({
  max_fee_per_gas: Type.String({ description: 'Wei' }),
  max_priority_fee_per_gas: Type.String({ description: 'Wei' }),
  cost: Nullable(Type.String({ description: 'Wei at most; null when it would revert' })),
});

export const GasEstimate = model(
  'GasEstimate',
  strictObject({
    object: Type.Literal('gas_estimate'),
    method: Words(methods),
    network: Type.String(),
    gas: Nullable(Type.String({ description: 'Of the whole user operation; null when it would revert' })),
    speeds: strictObject({ slow: Speed, standard: Speed, fast: Speed }),
    sponsored: Type.Boolean({ description: 'A paymaster pays; the account needs no funds' }),
    would_revert: Type.Boolean(),
    revert_reason: Nullable(Type.String({ description: 'What the contract says' })),
  }),
);

const speed = {
  max_fee_per_gas: '1500000000',
  max_priority_fee_per_gas: '1000000000',
  cost: '223500000000000',
};

export const estimateGas = operation({
  id: 'estimateGas',
  plane: 'platform',
  method: 'POST',
  path: '/v1/gas_estimates',
  tag: 'Gas estimates',
  summary: 'Simulates an action and prices it; nothing is written down',
  auth: 'key',
  scope: 'gas_estimates:read',
  body: strictObject({
    method: Words(methods, 'deploy takes the body of a deployment as params, the others a token_id'),
    token_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'The token it is about' }),
    ),
    network: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Of a deployment; a token has its own' }),
    ),
    params: Type.Optional(MethodParams),
  }),
  success: { status: 200, description: 'As of the latest block', schema: ref(GasEstimate) },
  errors: ['token_not_found', 'conflict', 'invalid_network', 'invalid_address', 'invalid_amount'],
  examples: {
    body: {
      method: 'mint',
      token_id: transactionExample.token_id,
      params: { to: transactionExample.to, amount: '1000000' },
    },
    response: {
      object: 'gas_estimate',
      method: 'mint',
      network: 'base-sepolia',
      gas: '149000',
      speeds: { slow: speed, standard: speed, fast: speed },
      sponsored: true,
      would_revert: false,
      revert_reason: null,
    },
  },
});

export const operations = [estimateGas] as const;
