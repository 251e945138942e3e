import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';
import { example, missing, params } from './webhooks.ts';

const plane = 'platform';
const tag = 'Webhooks';
const read = 'webhooks:read';
const write = 'webhooks:write';

export const WebhookDelivery = model(
  'WebhookDelivery',
  strictObject({
    object: Type.Literal('webhook_delivery'),
    id: Id('whd'),
    endpoint_id: Id('whe'),
    event_id: Id('evt', 'Sent as `webhook-id`, the same in every attempt'),
    event_type: Type.String(),
    status: Words(
      ['pending', 'succeeded', 'failed'],
      'pending: to be attempted · succeeded: answered 2xx · failed: given up',
    ),
    attempts: Type.Integer({ minimum: 0 }),
    next_attempt_at: Nullable(UnixTime()),
    created: UnixTime(),
    updated: UnixTime(),
  }),
);

const Attempt = strictObject({
  number: Type.Integer({ minimum: 1 }),
  at: UnixTime(),
  status_code: Nullable(Type.Integer({ description: 'null when no answer came' })),
  error: Nullable(
    Type.String({
      description:
        'Why no answer came: timeout, connection_refused, connection_failed, name_not_found, tls_failed, address_refused',
    }),
  ),
  latency_ms: Type.Integer({ minimum: 0 }),
  response_excerpt: Nullable(Type.String({ description: 'The first 1024 bytes of the answer' })),
});

export const WebhookDeliveryWithAttempts = model(
  'WebhookDeliveryWithAttempts',
  strictObject({ ...WebhookDelivery.properties, log: Type.Array(Attempt, { description: 'Oldest first' }) }),
);

const delivery = {
  object: 'webhook_delivery',
  id: 'whd_9x2m7q0z8w3v5t6s1r2p4f1k',
  endpoint_id: example.id,
  event_id: 'evt_2m7q0z8w3v5t6s1r2p4f1k9x',
  event_type: 'transaction.confirmed',
  status: 'succeeded',
  attempts: 1,
  next_attempt_at: null,
  created: 1744027200,
  updated: 1744027201,
};
const queued = { ...delivery, status: 'pending', attempts: 0, next_attempt_at: 1744027200 };
export const testWebhookEndpoint = operation({
  id: 'testWebhookEndpoint',
  plane,
  method: 'POST',
  path: '/v1/webhook_endpoints/:id/test',
  tag,
  summary: 'Sends a `webhook_endpoint.tested` event to this endpoint alone',
  auth: 'key',
  scope: write,
  params: idParams('endpoint'),
  success: { status: 201, description: 'Queued', schema: ref(WebhookDelivery) },
  errors: [missing, 'conflict'],
  examples: { params, response: { ...queued, event_type: 'webhook_endpoint.tested' } },
});

export const replayWebhookEvents = operation({
  id: 'replayWebhookEvents',
  plane,
  method: 'POST',
  path: '/v1/webhook_endpoints/:id/replay',
  tag,
  summary: 'Sends the events of a time that the endpoint wants again, also those it has had',
  auth: 'key',
  scope: write,
  params: idParams('endpoint'),
  body: strictObject({
    from: UnixTime('Unix seconds, inclusive'),
    to: Type.Optional(UnixTime('Unix seconds, exclusive; now when absent')),
  }),
  success: {
    status: 200,
    description: 'Queued',
    schema: strictObject({
      object: Type.Literal('webhook_replay'),
      endpoint_id: Id('whe'),
      queued: Type.Integer({ minimum: 0, description: 'Events; at most 10,000 at a time' }),
    }),
  },
  errors: [missing, 'conflict'],
  examples: {
    params,
    body: { from: 1744027200, to: 1744113600 },
    response: { object: 'webhook_replay', endpoint_id: example.id, queued: 12 },
  },
});

export const listWebhookDeliveries = operation({
  id: 'listWebhookDeliveries',
  plane,
  method: 'GET',
  path: '/v1/webhook_endpoints/:id/deliveries',
  tag,
  summary: 'Lists the deliveries of an endpoint, newest first',
  auth: 'key',
  scope: read,
  params: idParams('endpoint'),
  query: Type.Object({
    ...listQuery('whd'),
    status: Type.Optional(Words(['pending', 'succeeded', 'failed'])),
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 85, description: 'Exact type of the event' })),
  }),
  success: { status: 200, description: 'A page', schema: list(ref(WebhookDelivery)) },
  errors: [missing],
  examples: { params, response: { object: 'list', data: [delivery], has_more: false, total: 1 } },
});

export const getWebhookDelivery = operation({
  id: 'getWebhookDelivery',
  plane,
  method: 'GET',
  path: '/v1/webhook_deliveries/:id',
  tag,
  summary: 'Reads a delivery with the log of its attempts',
  auth: 'key',
  scope: read,
  params: idParams('delivery'),
  success: { status: 200, description: 'The delivery', schema: ref(WebhookDeliveryWithAttempts) },
  errors: ['webhook_delivery_not_found'],
  examples: {
    params: { id: delivery.id },
    response: {
      ...delivery,
      log: [
        {
          number: 1,
          at: 1744027201,
          status_code: 200,
          error: null,
          latency_ms: 84,
          response_excerpt: 'ok',
        },
      ],
    },
  },
});

export const redeliverWebhook = operation({
  id: 'redeliverWebhook',
  plane,
  method: 'POST',
  path: '/v1/webhook_deliveries/:id/redeliver',
  tag,
  summary: 'Sends a delivery again, with the same id and from the start of its schedule',
  auth: 'key',
  scope: write,
  params: idParams('delivery'),
  success: { status: 200, description: 'Queued', schema: ref(WebhookDelivery) },
  errors: ['webhook_delivery_not_found', 'conflict'],
  examples: { params: { id: delivery.id }, response: { ...queued, attempts: 1 } },
});

export const operations = [
  testWebhookEndpoint,
  replayWebhookEvents,
  listWebhookDeliveries,
  getWebhookDelivery,
  redeliverWebhook,
] as const;
