import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, UnixTime } from './envelope.ts';
import { keyed, WriteHeaders } from './token-fields.ts';
import { tokenMethodNames } from './token-methods.ts';
import { transactionExample } from './transactions.ts';

const plane = 'platform';
const tag = 'Batch';
const scope = 'batch:write';

const Mode = Words(
  ['parallel', 'atomic'],
  'parallel: each for itself · atomic: one user operation of one account, all or none',
);
const statuses = ['pending', 'submitted', 'confirmed', 'failed'] as const;

export const MethodParams = Type.Object(
  {},
  { additionalProperties: true, description: 'Fields of the method, without idempotency_key' },
);

export const BatchRequest = model(
  'BatchRequest',
  strictObject({
    operations: Type.Array(
      strictObject({
        method: Words(tokenMethodNames, 'As the last part of its own path'),
        token_id: Type.String({ minLength: 1, maxLength: 64, description: 'The token it is about' }),
        params: Type.Optional(MethodParams),
      }),
      { minItems: 1, maxItems: 100, description: 'Up to 100; each is checked against its own scope' },
    ),
    mode: Type.Optional(Mode),
    ...keyed,
  }),
);

export const PlatformBatch = model(
  'PlatformBatch',
  strictObject({
    object: Type.Literal('batch'),
    id: Id('bat'),
    mode: Mode,
    status: Words(
      ['pending', 'confirmed', 'failed', 'partial'],
      'pending: something is on its way · partial: some confirmed, some failed',
    ),
    operations: Type.Array(
      strictObject({
        method: Words(tokenMethodNames),
        token_id: Type.String(),
        status: Words(statuses),
        transaction_id: Nullable(Type.String({ description: 'null when it was refused at once' })),
        error: Nullable(strictObject({ code: Type.String(), message: Type.String() })),
      }),
      { description: 'In the order asked' },
    ),
    created: UnixTime(),
  }),
);

const example = {
  object: 'batch',
  id: 'bat_4f1k9x2m7q0z8w3v5t6s1r2p',
  mode: 'parallel',
  status: 'pending',
  operations: [
    {
      method: 'mint',
      token_id: transactionExample.token_id,
      status: 'pending',
      transaction_id: transactionExample.id,
      error: null,
    },
  ],
  created: 1744027200,
};

export const createBatch = operation({
  id: 'createBatch',
  plane,
  method: 'POST',
  path: '/v1/batch',
  tag,
  summary: 'Does up to 100 actions on tokens in one request',
  description: 'It counts once toward the limit. In parallel mode an action that is refused fails alone.',
  auth: 'key',
  scope,
  headers: WriteHeaders,
  body: ref(BatchRequest),
  replays: true,
  bodyLimit: 1024 * 1024,
  success: { status: 201, description: 'Written down', schema: ref(PlatformBatch) },
  errors: [
    'token_not_found',
    'conflict',
    'idempotency_conflict',
    'invalid_address',
    'invalid_amount',
    'insufficient_balance',
    'blockchain_error',
  ],
  examples: {
    body: {
      operations: [
        {
          method: 'mint',
          token_id: transactionExample.token_id,
          params: { to: transactionExample.to, amount: '1000000' },
        },
      ],
      mode: 'parallel',
      idempotency_key: 'batch-1',
    },
    response: example,
  },
});

export const getBatch = operation({
  id: 'getBatch',
  plane,
  method: 'GET',
  path: '/v1/batch/:id',
  tag,
  summary: 'Reads a batch with the state of each of its operations',
  auth: 'key',
  scope,
  params: idParams('batch'),
  success: { status: 200, description: 'The batch', schema: ref(PlatformBatch) },
  errors: ['batch_not_found'],
  examples: { params: { id: example.id }, response: example },
});

export const operations = [createBatch, getBatch] as const;
