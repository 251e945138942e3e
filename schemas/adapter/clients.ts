import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { cursorQuery } from '../kit/paging.ts';
import { IsoTime, Nullable, Words } from '../kit/scalars.ts';
import { adapterTiers, clientLimits, clientSettings } from './auth.ts';
import { pageEnd, plane, success } from './common.ts';
import { policyExample, SponsorshipPolicy, SponsorshipState, stateExample } from './sponsorship.ts';

const tag = 'Clients';

export const clientStates = ['active', 'expired', 'revoked'] as const;

export const AdapterClient = model(
  'AdapterClient',
  strictObject({
    clientId: Type.String(),
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    tier: Words(adapterTiers),
    status: Words(clientStates),
    allowedOrigins: Type.Array(Type.String()),
    allowedIps: Type.Array(Type.String()),
    expiresAt: Nullable(IsoTime()),
    revokedAt: Nullable(IsoTime()),
    previousSecretExpiresAt: Nullable(IsoTime('Until then the secret before this one works, too')),
    createdAt: IsoTime(),
    updatedAt: IsoTime(),
  }),
);

export const AdapterClientWithTreasury = model(
  'AdapterClientWithTreasury',
  strictObject({
    ...AdapterClient.properties,
    treasury: strictObject({
      address: Type.String({ description: 'Smart account that mints and pays claims; fund it with tokens' }),
    }),
    sponsorship: ref(SponsorshipState),
  }),
);

export const ClientChange = model(
  'ClientChange',
  strictObject(
    {
      name: Type.Optional(clientSettings.name),
      scopes: Type.Optional(clientSettings.scopes),
      tier: Type.Optional(clientSettings.tier),
      allowedOrigins: Type.Optional(clientLimits.allowedOrigins),
      allowedIps: Type.Optional(clientLimits.allowedIps),
      expiresAt: Type.Optional(Nullable(IsoTime('null: never'))),
      sponsorship: Type.Optional(Nullable(ref(SponsorshipPolicy))),
    },
    { minProperties: 1 },
  ),
);

export const SecretRotation = model(
  'SecretRotation',
  strictObject({
    gracePeriodSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        description: 'How long the old secret still works; a day when absent',
      }),
    ),
  }),
);

const params = Type.Object({ clientId: Type.String({ minLength: 1, maxLength: 64 }) });
const path = '/api/v1/auth/clients/:clientId';
const exampleParams = { clientId: 'client_abc123def456' };

export const clientExample = {
  clientId: 'client_abc123def456',
  name: 'My App Production',
  scopes: ['wallet', 'mint', 'transfer', 'claim'],
  tier: 'enterprise' as const,
  status: 'active' as const,
  allowedOrigins: ['https://app.example.com'],
  allowedIps: ['203.0.113.0/24'],
  expiresAt: null,
  revokedAt: null,
  previousSecretExpiresAt: null,
  createdAt: '2025-04-07T12:00:00.000Z',
  updatedAt: '2025-04-07T12:00:00.000Z',
};
export const treasuryExample = {
  treasury: { address: '0x1234567890AbcdEF1234567890aBcdef12345678' },
  sponsorship: stateExample,
};

const one = {
  success: {
    status: 200,
    description: 'The client',
    schema: success({ client: ref(AdapterClientWithTreasury) }),
  },
  examples: {
    params: exampleParams,
    response: { success: true, client: { ...clientExample, ...treasuryExample } },
  },
};

export const listClients = operation({
  id: 'listClients',
  plane,
  method: 'GET',
  path: '/api/v1/auth/clients',
  tag,
  summary: 'All clients, newest first',
  auth: 'admin',
  query: Type.Object(cursorQuery),
  success: {
    status: 200,
    description: 'A page of clients',
    schema: success({ clients: Type.Array(ref(AdapterClient)), ...pageEnd }),
  },
  errors: [],
  examples: { query: { limit: 20 }, response: { success: true, clients: [clientExample], nextCursor: null } },
});

export const getClient = operation({
  id: 'getClient',
  plane,
  method: 'GET',
  path,
  tag,
  summary: 'One client, its treasury and what was sponsored for it',
  auth: 'admin',
  params,
  errors: ['CLIENT_NOT_FOUND'],
  ...one,
});

export const updateClient = operation({
  id: 'updateClient',
  plane,
  method: 'PATCH',
  path,
  tag,
  summary: 'Changes what a client may do; live tokens feel it within half a second',
  description:
    '`sponsorship` replaces the whole policy of what is paid for the client, null lifts it. What is over it is refused with SPONSORSHIP_DENIED before it is signed.',
  auth: 'admin',
  audited: true,
  params,
  body: ref(ClientChange),
  success: one.success,
  errors: ['CLIENT_NOT_FOUND'],
  examples: { ...one.examples, body: { tier: 'enterprise', sponsorship: policyExample } },
});

export const revokeClient = operation({
  id: 'revokeClient',
  plane,
  method: 'DELETE',
  path,
  tag,
  summary: 'Deactivates a client for good; its live tokens fail on their next call',
  auth: 'admin',
  audited: true,
  params,
  errors: ['CLIENT_NOT_FOUND'],
  success: one.success,
  examples: {
    params: exampleParams,
    response: {
      success: true,
      client: {
        ...clientExample,
        ...treasuryExample,
        status: 'revoked',
        revokedAt: '2025-04-08T12:00:00.000Z',
      },
    },
  },
});

export const rotateClientSecret = operation({
  id: 'rotateClientSecret',
  plane,
  method: 'POST',
  path: `${path}/rotate`,
  tag,
  summary: 'Gives a client a new secret; the old one works until the told moment',
  auth: 'admin',
  audited: true,
  params,
  body: ref(SecretRotation),
  optionalBody: true,
  success: {
    status: 200,
    description: 'The new secret',
    schema: success({
      client: strictObject({
        clientId: Type.String(),
        clientSecret: Type.String({ description: 'Shown once, never stored' }),
        previousSecretExpiresAt: IsoTime(),
      }),
    }),
  },
  errors: ['CLIENT_NOT_FOUND', 'CLIENT_REVOKED'],
  examples: {
    params: exampleParams,
    body: { gracePeriodSeconds: 86400 },
    response: {
      success: true,
      client: {
        clientId: exampleParams.clientId,
        clientSecret: 'sk_live_xxxxxxxxxx',
        previousSecretExpiresAt: '2025-04-08T12:00:00.000Z',
      },
    },
  },
});

export const operations = [listClients, getClient, updateClient, revokeClient, rotateClientSecret] as const;
