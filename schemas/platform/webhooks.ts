import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';
import { eventChoices } from './events.ts';

const plane = 'platform';
const tag = 'Webhooks';
const read = 'webhooks:read';
const write = 'webhooks:write';

const Url = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'https, at a public address, port 443 or above 1023; redirects are not followed',
});
const Events = Type.Array(Words(eventChoices), {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
  description: 'Types it is told of: exact ones, `transaction.*`, or `*`',
});
const Description = Nullable(Type.String({ maxLength: 500, description: 'For people' }));

const shown = {
  object: Type.Literal('webhook_endpoint'),
  id: Id('whe'),
  url: Type.String(),
  description: Nullable(Type.String()),
  events: Type.Array(Type.String(), { description: 'Types it is told of' }),
  status: Words(['enabled', 'disabled']),
  disabled_reason: Nullable(
    Words(
      ['requested', 'gone', 'failing'],
      'requested: by a call · gone: it answered 410 · failing: no success for three days',
    ),
  ),
  failing_since: Nullable(UnixTime('First failure since the last success')),
  previous_secret_expires_at: Nullable(UnixTime('Until then the replaced secret signs, too')),
  created: UnixTime(),
  updated: UnixTime(),
};

export const WebhookEndpoint = model('WebhookEndpoint', strictObject(shown));
export const WebhookEndpointWithSecret = model(
  'WebhookEndpointWithSecret',
  strictObject({
    ...shown,
    secret: Type.String({
      description:
        'Shown once. `webhook-signature` (Standard Webhooks) has as its key the bytes that the base64 after `whsec_` ' +
        'stands for; `x-chronos-signature: t=…,v1=…` is hex(HMAC-SHA256(secret, t + "." + body)) with the whole text as key',
    }),
  }),
);

export const example = {
  object: 'webhook_endpoint',
  id: 'whe_4f1k9x2m7q0z8w3v5t6s1r2p',
  url: 'https://example.com/hooks/chronos',
  description: null,
  events: ['transaction.*', 'payment.settled'],
  status: 'enabled',
  disabled_reason: null,
  failing_since: null,
  previous_secret_expires_at: null,
  created: 1744027200,
  updated: 1744027200,
};
const withSecret = { ...example, secret: 'whsec_…' };
export const params = { id: example.id };
export const missing = 'webhook_endpoint_not_found';

export const createWebhookEndpoint = operation({
  id: 'createWebhookEndpoint',
  plane,
  method: 'POST',
  path: '/v1/webhook_endpoints',
  tag,
  summary: 'Creates an endpoint that is told of events; its secret is shown this once',
  description:
    'Each event is a POST of the object that GET /v1/events/:id answers, at least once, in no certain order. Whatever is ' +
    'not answered 2xx within 10 seconds is sent again with growing pauses for three days; 410 disables the endpoint.',
  auth: 'key',
  audited: true,
  scope: write,
  body: strictObject({
    url: Url,
    events: Type.Optional(Events),
    description: Type.Optional(Description),
  }),
  success: { status: 201, description: 'Created', schema: ref(WebhookEndpointWithSecret) },
  errors: ['conflict'],
  examples: { body: { url: example.url, events: example.events }, response: withSecret },
});

export const listWebhookEndpoints = operation({
  id: 'listWebhookEndpoints',
  plane,
  method: 'GET',
  path: '/v1/webhook_endpoints',
  tag,
  summary: 'Lists endpoints, newest first',
  auth: 'key',
  scope: read,
  query: Type.Object(listQuery('whe')),
  success: { status: 200, description: 'A page', schema: list(ref(WebhookEndpoint)) },
  errors: [],
  examples: { response: { object: 'list', data: [example], has_more: false, total: 1 } },
});

export const getWebhookEndpoint = operation({
  id: 'getWebhookEndpoint',
  plane,
  method: 'GET',
  path: '/v1/webhook_endpoints/:id',
  tag,
  summary: 'Reads an endpoint, never its secret',
  auth: 'key',
  scope: read,
  params: idParams('endpoint'),
  success: { status: 200, description: 'The endpoint', schema: ref(WebhookEndpoint) },
  errors: [missing],
  examples: { params, response: example },
});

export const updateWebhookEndpoint = operation({
  id: 'updateWebhookEndpoint',
  plane,
  method: 'PATCH',
  path: '/v1/webhook_endpoints/:id',
  tag,
  summary: 'Changes an endpoint; what is left out stays',
  description: 'Disabling gives up what is queued; a replay sends it later.',
  auth: 'key',
  audited: true,
  scope: write,
  params: idParams('endpoint'),
  body: strictObject({
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    description: Type.Optional(Description),
    status: Type.Optional(Words(['enabled', 'disabled'])),
  }),
  success: { status: 200, description: 'Changed', schema: ref(WebhookEndpoint) },
  errors: [missing],
  examples: { params, body: { status: 'enabled' }, response: example },
});

export const deleteWebhookEndpoint = operation({
  id: 'deleteWebhookEndpoint',
  plane,
  method: 'DELETE',
  path: '/v1/webhook_endpoints/:id',
  tag,
  summary: 'Removes an endpoint with its deliveries',
  auth: 'key',
  audited: true,
  scope: write,
  params: idParams('endpoint'),
  success: {
    status: 200,
    description: 'Removed',
    schema: strictObject({
      object: Type.Literal('webhook_endpoint'),
      id: Id('whe'),
      deleted: Type.Literal(true),
    }),
  },
  errors: [missing],
  examples: { params, response: { object: 'webhook_endpoint', id: example.id, deleted: true } },
});

export const rotateWebhookSecret = operation({
  id: 'rotateWebhookSecret',
  plane,
  method: 'POST',
  path: '/v1/webhook_endpoints/:id/rotate_secret',
  tag,
  summary: 'Replaces the secret; until the grace ends, both sign',
  auth: 'key',
  audited: true,
  scope: write,
  params: idParams('endpoint'),
  body: strictObject({
    grace_period_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        default: 86_400,
        description: 'Seconds that the old secret still signs beside the new one; 0 ends it at once',
      }),
    ),
  }),
  optionalBody: true,
  success: {
    status: 200,
    description: 'The endpoint with its new secret',
    schema: ref(WebhookEndpointWithSecret),
  },
  errors: [missing],
  examples: {
    params,
    body: { grace_period_seconds: 86_400 },
    response: { ...withSecret, previous_secret_expires_at: 1744113600 },
  },
});

export const operations = [
  createWebhookEndpoint,
  listWebhookEndpoints,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
  rotateWebhookSecret,
] as const;
