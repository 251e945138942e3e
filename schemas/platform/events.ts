import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Events';
const scope = 'events:read';

/** Every type, and when it is told. */
export const eventTypes = {
  'transaction.created':
    'written down, before anything is sent; also a retry, whose `retry_of` names the failed one',
  'transaction.submitted': 'signed and sent',
  'transaction.replaced': 'outbid by an attempt with higher fees, so it has another hash',
  'transaction.requeued': 'in the queue again, after an attempt that can never run',
  'transaction.confirmed': 'deep enough in the chain',
  'transaction.failed': 'over, see its `error`; `cancelled` when you cancelled it',
  'transaction.reorged': 'the block it was in is gone, it is sent again',
  'token.deployed': 'its contract is on the chain',
  'token.failed': 'it could not be deployed',
  'token.transferred': 'a transfer on the chain that did not go through this API',
  'token.transfer_reverted': 'the block of such a transfer is gone',
  'token.role_granted': 'others granted a role on the chain',
  'token.role_revoked': 'others took a role on the chain',
  'token.ownership_transferred': 'another owner handed the token on',
  'token.control_reverted': 'the block of such a change is gone',
  'nft.minted': 'an item is there, whoever minted it',
  'nft.burned': 'the last of an item is gone, whoever burned it',
  'nft.reverted': 'the block of such a change is gone',
  'nft.failed': 'a mint of yours failed',
  'payment.settled': 'an x402 payment to you is settled',
  'payment.failed': 'an x402 payment to you failed',
  'payment.reorged': 'the block of a settled payment is gone, it is sent again',
  'webhook_endpoint.disabled': 'it failed for too long, or answered 410',
  'webhook_endpoint.tested': 'the test that you asked for',
} as const;

export const PlatformEvent = model(
  'PlatformEvent',
  strictObject({
    object: Type.Literal('event'),
    id: Id('evt', 'The same in lists, streams and every delivery of a webhook'),
    type: Type.String({
      description: '`<thing>.<what happened to it>`',
      examples: Object.keys(eventTypes),
    }),
    data: Type.Object({}, { additionalProperties: true, description: 'The thing as it was then' }),
    created: UnixTime(),
  }),
);

export const eventExample = {
  object: 'event',
  id: 'evt_4f1k9x2m7q0z8w3v5t6s1r2p',
  type: 'transaction.confirmed',
  data: { object: 'transaction', id: 'tx_9x2m7q0z8w3v5t6s1r2p4f1k', status: 'confirmed' },
  created: 1744027200,
};

/** What an endpoint may ask for: everything, all of a thing, exact types. */
export const eventChoices = [
  '*',
  ...new Set(Object.keys(eventTypes).map((type) => `${type.split('.')[0]}.*`)),
  ...Object.keys(eventTypes),
];

const EventType = Type.String({ pattern: '^[a-z_]{1,40}\\.[a-z_]{1,40}$', description: 'Exact type' });

export const listEvents = operation({
  id: 'listEvents',
  plane,
  method: 'GET',
  path: '/v1/events',
  tag,
  summary: 'Lists what happened in the last 30 days, newest first',
  description:
    'Events of the environment of the key. Types:\n\n' +
    Object.entries(eventTypes)
      .map(([type, meaning]) => `- \`${type}\`: ${meaning}`)
      .join('\n'),
  auth: 'key',
  scope,
  query: Type.Object({ ...listQuery('evt'), type: Type.Optional(EventType) }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformEvent)) },
  errors: [],
  examples: { response: { object: 'list', data: [eventExample], has_more: false, total: 1 } },
});

export const getEvent = operation({
  id: 'getEvent',
  plane,
  method: 'GET',
  path: '/v1/events/:id',
  tag,
  summary: 'Reads an event',
  auth: 'key',
  scope,
  params: idParams('event'),
  success: { status: 200, description: 'The event', schema: ref(PlatformEvent) },
  errors: ['event_not_found'],
  examples: { params: { id: eventExample.id }, response: eventExample },
});

export const streamEvents = operation({
  id: 'streamEvents',
  plane,
  method: 'GET',
  path: '/v1/events/stream',
  tag,
  summary: 'Sends events as they happen, as server-sent events',
  description:
    'Each event has its id as `id`, its type as `event` and the object that GET answers as `data`. A stream begins with ' +
    'what happens from now on; with `Last-Event-ID` it begins behind that event, so that a reconnect loses nothing. ' +
    'Comments keep the connection open; a stream ends after 15 minutes, and when its key stops to be valid.',
  auth: 'key',
  scope,
  query: Type.Object({ type: Type.Optional(EventType) }),
  headers: Type.Object({
    'last-event-id': Type.Optional(
      Type.String({
        pattern: '^(evt_[0-9a-z]{1,40})?$',
        maxLength: 64,
        description: 'Id of the last event that was received; of one that is gone: all that is kept',
      }),
    ),
  }),
  success: {
    status: 200,
    description: 'A stream without an end',
    schema: Type.String(),
    contentType: 'text/event-stream; charset=utf-8',
  },
  errors: [],
  examples: {
    response: `id: ${eventExample.id}\nevent: ${eventExample.type}\ndata: ${JSON.stringify(eventExample)}\n\n`,
  },
});

export const operations = [listEvents, streamEvents, getEvent] as const;
