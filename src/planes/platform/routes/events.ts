import { Readable } from 'node:stream';
import * as ops from '#schemas/platform/events.ts';
import type { StoredEvent } from '#src/core/ports/events.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { platformAuth } from '../auth.ts';
import { presentEvent } from '../present-events.ts';
import { page } from '../present.ts';
import type { PlatformServices } from '../services.ts';

const typesOf = (type: string | undefined) => (type === undefined ? {} : { types: [type] });

/** What happened, as lists and as a stream. */
export function eventRoutes(services: PlatformServices): RouteBinding[] {
  const { events, eventStream } = services;
  return [
    bind(ops.listEvents, async ({ principal, query }) => {
      const { limit = 20, starting_after: after, type } = query;
      const found = await events.list(principal.owner, {
        limit,
        ...typesOf(type),
        ...(after === undefined ? {} : { after }),
      });
      return page(found.events.map(presentEvent), found);
    }),
    bind(ops.getEvent, async ({ principal, params }) =>
      presentEvent(await events.get(principal.owner, params.id)),
    ),
    bind(ops.streamEvents, async ({ principal, query, request, reply }) => {
      // HEAD wants the headers, and a stream has no end to wait for.
      if (request.method === 'HEAD') return '';
      const leaving = new AbortController();
      const after = request.headers['last-event-id'];
      const found = await eventStream.open(principal.owner, {
        ...typesOf(query.type),
        ...(typeof after === 'string' && after !== '' ? { after } : {}),
        signal: leaving.signal,
        // Throws once the key is revoked, has expired or must not come from there.
        stillAllowed: () => platformAuth(services).key(request, ops.streamEvents),
      });
      // Proxies that gather answers would hold events back.
      reply.header('x-accel-buffering', 'no');
      const body = Readable.from(lines(found), { objectMode: false, highWaterMark: 16_384 });
      body.once('close', () => leaving.abort());
      return body as unknown as string;
    }),
  ];
}

/** Server-sent events; null becomes a comment that keeps the connection open. */
async function* lines(found: AsyncIterable<StoredEvent | null>): AsyncGenerator<string> {
  yield 'retry: 1000\n\n';
  for await (const event of found) {
    yield event === null
      ? ': still here\n\n'
      : `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(presentEvent(event))}\n\n`;
  }
}
