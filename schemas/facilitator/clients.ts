import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { offsetQuery } from '../kit/paging.ts';
import { AddressString, IsoTime, Nullable } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Clients';

const shown = {
  title: Type.String(),
  scope: Type.String({ description: 'Comma-separated: verify, settle' }),
  createdAt: IsoTime(),
  expiresAt: Nullable(IsoTime()),
  payTo: Type.Optional(Type.Array(Type.String(), { description: 'The only addresses payments may go to' })),
  quotaPerMinute: Type.Optional(Type.Integer()),
};

export const MerchantClient = model('MerchantClient', strictObject({ clientId: Type.String(), ...shown }));

export const MerchantClientWithToken = model(
  'MerchantClientWithToken',
  strictObject({
    clientId: Type.String(),
    token: Type.String({ description: 'Shown once, never stored' }),
    ...shown,
    previousTokenExpiresAt: Type.Optional(IsoTime('Until then the token before this one works, too')),
  }),
);

export const NewMerchantClient = model(
  'NewMerchantClient',
  strictObject({
    title: Type.String({ minLength: 1, maxLength: 128, pattern: '\\S' }),
    scope: Type.Optional(
      Type.String({
        pattern: '^\\s*(verify|settle)\\s*(,\\s*(verify|settle)\\s*)*$',
        maxLength: 128,
        description: 'Comma-separated list of allowed operations (verify, settle); all when absent',
      }),
    ),
    ttl_hours: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 876_000,
        description: 'Hours until the key expires; never when absent',
      }),
    ),
    pay_to: Type.Optional(
      Type.Array(AddressString(), {
        minItems: 1,
        maxItems: 50,
        description: 'The only addresses payments may go to',
      }),
    ),
    quota_per_minute: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000 })),
  }),
);

const ClientParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64, description: 'clientId' }),
});
const example = {
  clientId: 'mc_4f1k9x2m7q0z8w3v5t6s1r2p',
  title: 'my-resource-server',
  scope: 'verify,settle',
  createdAt: '2025-04-07T12:00:00.000Z',
  expiresAt: null,
};
const withToken = { ...example, token: '1.p3V0…' };

export const createMerchantClient = operation({
  id: 'createMerchantClient',
  plane,
  method: 'POST',
  path: '/api/v1/clients',
  tag,
  summary: 'Creates a client key for a resource server; its token is shown this once',
  auth: 'user',
  audited: true,
  body: ref(NewMerchantClient),
  success: {
    status: 200,
    description: 'Created',
    schema: data(strictObject({ client: ref(MerchantClientWithToken) })),
  },
  errors: ['INVALID_REQUEST'],
  examples: {
    body: { title: 'my-resource-server', scope: 'verify,settle', ttl_hours: 8760 },
    response: { data: { client: withToken } },
  },
});

export const listMerchantClients = operation({
  id: 'listMerchantClients',
  plane,
  method: 'GET',
  path: '/api/v1/clients',
  tag,
  summary: 'Lists your client keys; admins see all',
  auth: 'user',
  query: Type.Object(offsetQuery(20)),
  success: { status: 200, description: 'Keys, newest first', schema: data(Type.Array(ref(MerchantClient))) },
  errors: [],
  examples: { response: { data: [example] } },
});

export const rotateMerchantClient = operation({
  id: 'rotateMerchantClient',
  plane,
  method: 'POST',
  path: '/api/v1/clients/:id/rotate',
  tag,
  summary: 'Replaces the token of a client key; the old one works until its grace ends',
  auth: 'user',
  audited: true,
  params: ClientParams,
  body: strictObject({
    grace_hours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 720,
        default: 24,
        description: 'Hours that the old token still works',
      }),
    ),
  }),
  optionalBody: true,
  success: {
    status: 200,
    description: 'Rotated',
    schema: data(strictObject({ client: ref(MerchantClientWithToken) })),
  },
  errors: ['NOT_FOUND'],
  examples: {
    params: { id: example.clientId },
    body: { grace_hours: 24 },
    response: { data: { client: { ...withToken, previousTokenExpiresAt: '2025-04-08T12:00:00.000Z' } } },
  },
});

export const deleteMerchantClient = operation({
  id: 'deleteMerchantClient',
  plane,
  method: 'DELETE',
  path: '/api/v1/clients/:id',
  tag,
  summary: 'Revokes a client key; its next call fails',
  auth: 'user',
  audited: true,
  params: ClientParams,
  success: { status: 200, description: 'Revoked', schema: data(strictObject({ deleted: Type.String() })) },
  errors: ['NOT_FOUND'],
  examples: { params: { id: example.clientId }, response: { data: { deleted: example.clientId } } },
});

export const operations = [
  createMerchantClient,
  listMerchantClients,
  rotateMerchantClient,
  deleteMerchantClient,
] as const;
