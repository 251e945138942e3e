import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';
import { platformScopes } from './plane.ts';

const plane = 'platform';
const tag = 'API keys';

const KeyName = Type.String({ minLength: 1, maxLength: 128, pattern: '\\S', description: 'For people' });
const KeyType = Words(['secret', 'publishable'], 'secret: reads and writes · publishable: reads only');
const Environment = Words(['test', 'live'], 'test: test networks and the local chain · live: main networks');
const Scopes = Type.Array(Words(platformScopes), {
  minItems: 1,
  maxItems: platformScopes.length,
  description: 'What the key may do; everything when absent',
});
const AllowedIps = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  maxItems: 100,
  description: 'IPv4 and IPv6 addresses and CIDR ranges it may be used from; any when empty',
});
const RateLimit = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Requests a minute' });
const ExpiresAt = UnixTime('Unix seconds after which the key is refused; must be in the future');

export const ApiKeySecret = model(
  'ApiKeySecret',
  strictObject({
    hint: Type.String({ description: 'Its beginning and end, to tell it by' }),
    created: UnixTime(),
    expires_at: Nullable(UnixTime('Set once it was replaced: until then it works, too')),
    last_used_at: Nullable(UnixTime('Within a few seconds')),
  }),
);

const shown = {
  object: Type.Literal('api_key'),
  id: Id('ak'),
  name: Type.String({ description: 'For people' }),
  type: KeyType,
  environment: Environment,
  scopes: Nullable(Type.Array(Type.String(), { description: 'null = everything' })),
  expires_at: Nullable(UnixTime()),
  allowed_ips: Type.Array(Type.String(), { description: 'Any when empty' }),
  rate_limit: Nullable(Type.Integer({ description: 'Requests a minute; null = the standard' })),
  secrets: Type.Array(ref(ApiKeySecret), {
    description: 'The current secret first; after a rotation the replaced ones until they expire',
  }),
  last_used_at: Nullable(UnixTime('Within a few seconds')),
  revoked_at: Nullable(UnixTime()),
  created: UnixTime(),
};

export const ApiKey = model('ApiKey', strictObject(shown));
export const ApiKeyWithSecret = model(
  'ApiKeyWithSecret',
  strictObject({ ...shown, key: Type.String({ description: 'Shown once, never stored' }) }),
);

const example = {
  object: 'api_key',
  id: 'ak_4f1k9x2m7q0z8w3v5t6s1r2p',
  name: 'monitoring-readonly',
  type: 'secret',
  environment: 'test',
  scopes: ['tokens:read', 'transactions:read', 'wallets:read', 'events:read'],
  expires_at: null,
  allowed_ips: [],
  rate_limit: null,
  secrets: [{ hint: 'sk_test_k3Fa…9xQz', created: 1744027200, expires_at: null, last_used_at: null }],
  last_used_at: null,
  revoked_at: null,
  created: 1744027200,
};
const withSecret = { ...example, key: 'sk_test_k3Fa…' };
const params = { id: example.id };

export const createApiKey = operation({
  id: 'createApiKey',
  plane,
  method: 'POST',
  path: '/v1/api_keys',
  tag,
  summary: 'Creates a key; its secret is shown this once',
  auth: 'user',
  audited: true,
  body: strictObject({
    name: KeyName,
    type: Type.Optional(KeyType),
    environment: Type.Optional(Environment),
    scopes: Type.Optional(Scopes),
    expires_at: Type.Optional(ExpiresAt),
    allowed_ips: Type.Optional(AllowedIps),
    rate_limit: Type.Optional(RateLimit),
  }),
  success: { status: 201, description: 'Created', schema: ref(ApiKeyWithSecret) },
  errors: [],
  examples: {
    body: { name: example.name, type: 'secret', environment: 'test', scopes: example.scopes },
    response: withSecret,
  },
});

export const listApiKeys = operation({
  id: 'listApiKeys',
  plane,
  method: 'GET',
  path: '/v1/api_keys',
  tag,
  summary: 'Lists the keys of the tenant, newest first, revoked ones too',
  auth: 'user',
  query: Type.Object(listQuery('ak')),
  success: { status: 200, description: 'A page', schema: list(ref(ApiKey)) },
  errors: [],
  examples: { response: { object: 'list', data: [example], has_more: false, total: 1 } },
});

export const getApiKey = operation({
  id: 'getApiKey',
  plane,
  method: 'GET',
  path: '/v1/api_keys/:id',
  tag,
  summary: 'Reads a key, never its secret',
  auth: 'user',
  params: idParams('key'),
  success: { status: 200, description: 'The key', schema: ref(ApiKey) },
  errors: ['api_key_not_found'],
  examples: { params, response: example },
});

export const updateApiKey = operation({
  id: 'updateApiKey',
  plane,
  method: 'PATCH',
  path: '/v1/api_keys/:id',
  tag,
  summary: 'Changes a key; what is left out stays, null lifts a bound',
  auth: 'user',
  audited: true,
  params: idParams('key'),
  body: strictObject({
    name: Type.Optional(KeyName),
    scopes: Type.Optional(Nullable(Scopes)),
    expires_at: Type.Optional(Nullable(ExpiresAt)),
    allowed_ips: Type.Optional(AllowedIps),
    rate_limit: Type.Optional(Nullable(RateLimit)),
  }),
  success: { status: 200, description: 'Changed, on every replica', schema: ref(ApiKey) },
  errors: ['api_key_not_found'],
  examples: { params, body: { rate_limit: 1000 }, response: { ...example, rate_limit: 1000 } },
});

export const revokeApiKey = operation({
  id: 'revokeApiKey',
  plane,
  method: 'DELETE',
  path: '/v1/api_keys/:id',
  tag,
  summary: 'Revokes a key for good; its next call fails',
  auth: 'user',
  audited: true,
  params: idParams('key'),
  success: { status: 200, description: 'Revoked, on every replica', schema: ref(ApiKey) },
  errors: ['api_key_not_found'],
  examples: { params, response: { ...example, revoked_at: 1744113600 } },
});

export const rotateApiKey = operation({
  id: 'rotateApiKey',
  plane,
  method: 'POST',
  path: '/v1/api_keys/:id/rotate',
  tag,
  summary: 'Replaces the secret of a key; the old one works until its grace ends',
  auth: 'user',
  audited: true,
  params: idParams('key'),
  body: strictObject({
    grace_period_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        default: 86_400,
        description: 'Seconds that the old secret still works; 0 ends it at once',
      }),
    ),
  }),
  optionalBody: true,
  success: { status: 200, description: 'The key with its new secret', schema: ref(ApiKeyWithSecret) },
  errors: ['api_key_not_found', 'conflict'],
  examples: { params, body: { grace_period_seconds: 86_400 }, response: withSecret },
});

export const operations = [
  createApiKey,
  listApiKeys,
  getApiKey,
  updateApiKey,
  revokeApiKey,
  rotateApiKey,
] as const;
