import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Events';
const scope = 'events:read';

export const PlatformEvent = model(
  'PlatformEvent',
  strictObject({
    object: Type.Literal('event'),
    id: Id('evt', 'The same in lists, streams and every delivery of a webhook'),
    type: Type.String({ description: '`<thing>.<what happened to it>`' }),
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

/** An exact type, `<thing>.*` or `*`. */
export const eventTypePattern = '^(\\*|[a-z][a-z_]{0,40}\\.(\\*|[a-z][a-z_]{0,40}))$';

const EventType = Type.String({ pattern: '^[a-z_]{1,40}\\.[a-z_]{1,40}$', description: 'Exact type' });

export const listEvents = operation({
  id: 'listEvents',
  plane,
  method: 'GET',
  path: '/v1/events',
  tag,
  summary: 'Lists what happened in the last 30 days, newest first',
  description:
    'Events of the environment of the key. Types: `transaction.created`, `.submitted`, `.requeued`, `.confirmed`, ' +
    '`.failed`, `.reorged` · `token.deployed`, `.failed` · `token.transferred` and `token.transfer_reverted`, of ' +
    'transfers on the chain that did not go through this API · `payment.settled`, `.failed`, `.reorged` · ' +
    '`webhook_endpoint.disabled`, `.tested`.',
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
