import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { IsoTime, Words } from '../kit/scalars.ts';
import { plane, success } from './common.ts';

const tag = 'Authentication';

export const adapterScopes = ['wallet', 'mint', 'transfer', 'claim', 'external'] as const;
export const adapterTiers = ['starter', 'standard', 'enterprise'] as const;

/** What an operator sets on a client. */
export const clientSettings = {
  name: Type.String({ minLength: 1, maxLength: 128, pattern: '\\S' }),
  scopes: Type.Array(Words(adapterScopes), {
    minItems: 1,
    uniqueItems: true,
    description: 'What its tokens may do',
  }),
  tier: Words(adapterTiers, 'Requests a minute: starter 100, standard 500, enterprise 2000'),
};

export const clientLimits = {
  allowedOrigins: Type.Array(Type.String({ maxLength: 255, pattern: '^https?://[A-Za-z0-9.\\-\\[\\]:]+$' }), {
    maxItems: 50,
    uniqueItems: true,
    description: 'Browser origins that may call /external',
  }),
  allowedIps: Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
    maxItems: 100,
    uniqueItems: true,
    description: 'Addresses or CIDR ranges, v4 or v6, its tokens may be used from; any when empty',
  }),
};

export const RegisterClient = model(
  'RegisterClient',
  strictObject({
    ...clientSettings,
    allowedOrigins: Type.Optional(clientLimits.allowedOrigins),
    allowedIps: Type.Optional(clientLimits.allowedIps),
    expiresAt: Type.Optional(IsoTime('When the client stops working')),
  }),
);

export const RegisteredClient = model(
  'RegisteredClient',
  strictObject({
    clientId: Type.String(),
    clientSecret: Type.String({ description: 'Shown once, never stored' }),
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    tier: Words(adapterTiers),
  }),
);

export const TokenRequest = model(
  'AdapterTokenRequest',
  strictObject({
    clientId: Type.String({ minLength: 1, maxLength: 64 }),
    clientSecret: Type.String({ minLength: 1, maxLength: 128 }),
    scope: Type.Optional(
      Type.String({ maxLength: 128, description: 'Space-separated scopes to narrow the token to' }),
    ),
  }),
);

export const registerClient = operation({
  id: 'registerClient',
  plane,
  method: 'POST',
  path: '/api/v1/auth/register',
  tag,
  summary: 'Creates API credentials for an app',
  auth: 'admin',
  audited: true,
  body: ref(RegisterClient),
  success: { status: 201, description: 'Created', schema: success({ client: ref(RegisteredClient) }) },
  errors: [],
  examples: {
    body: { name: 'My App Production', scopes: ['wallet', 'mint', 'transfer', 'claim'], tier: 'enterprise' },
    response: {
      success: true,
      client: {
        clientId: 'client_abc123def456',
        clientSecret: 'sk_live_xxxxxxxxxx',
        name: 'My App Production',
        scopes: ['wallet', 'mint', 'transfer', 'claim'],
        tier: 'enterprise',
      },
    },
  },
});

export const issueToken = operation({
  id: 'issueToken',
  plane,
  method: 'POST',
  path: '/api/v1/auth/token',
  tag,
  summary: 'Exchanges client credentials for an access token (1 hour)',
  auth: 'none',
  body: ref(TokenRequest),
  success: {
    status: 200,
    description: 'A token',
    schema: success({
      accessToken: Type.String(),
      tokenType: Type.Literal('Bearer'),
      expiresIn: Type.Integer({ description: 'Seconds' }),
      scope: Type.String({ description: 'Space-separated' }),
    }),
  },
  errors: ['INVALID_CREDENTIALS', 'CLIENT_REVOKED', 'INSUFFICIENT_SCOPE', 'IP_NOT_ALLOWED'],
  examples: {
    body: { clientId: 'client_abc123def456', clientSecret: 'sk_live_xxxxxxxxxx' },
    response: {
      success: true,
      accessToken: 'eyJhbGciOiJIUzI1NiIs...',
      tokenType: 'Bearer',
      expiresIn: 3600,
      scope: 'wallet mint transfer claim',
    },
  },
});

export const revokeToken = operation({
  id: 'revokeToken',
  plane,
  method: 'POST',
  path: '/api/v1/auth/revoke',
  tag,
  summary: 'Revokes the presented access token',
  auth: 'client',
  success: {
    status: 200,
    description: 'From now on the token is refused',
    schema: success({ revoked: Type.Literal(true) }),
  },
  errors: [],
  examples: { response: { success: true, revoked: true } },
});

export const operations = [registerClient, issueToken, revokeToken] as const;
