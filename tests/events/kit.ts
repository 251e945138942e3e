import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { OwnedEvent } from '#src/core/ports/events.ts';
import { seal, unseal } from '#src/core/sealing.ts';
import type { Store } from '#src/db/store.ts';
import { createEgress } from '#src/http/egress.ts';
import { createPublisher } from '#src/services/events/publisher.ts';
import { createDeliverer, type DelivererOptions } from '#src/services/webhooks/deliverer.ts';
import { createWebhooks } from '#src/services/webhooks.ts';
import { quiet } from '#tests/journal/kit.ts';
import { anyEvent } from '#tests/kit/any-event.ts';

export type Received = { path: string; headers: IncomingHttpHeaders; body: string };
/** How to answer: a status, `hang`, or whatever the function sends. */
export type Manner = number | 'hang' | { status: number; headers: Record<string, string> };

/** A server that notes what it is sent and answers as it is told, for the life of the test. */
export async function receiver(manner: Manner | ((received: Received) => Manner) = 200) {
  const received: Received[] = [];
  let current = manner;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      received.push(one);
      const how = typeof current === 'function' ? current(one) : current;
      if (how === 'hang') return;
      if (typeof how === 'number') response.writeHead(how).end(`answered ${how}`);
      else response.writeHead(how.status, how.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    /** Ids of the events it was sent, in order. */
    ids: () => received.map(({ body }) => (JSON.parse(body) as { id: string }).id),
    answer: (next: Manner | ((received: Received) => Manner)) => (current = next),
  };
}

export const owner = 'tenant:ten_a:test';
const key = Buffer.alloc(32, 7);

/** Webhooks on a database, with a clock that only the test moves. */
export function webhooksOn(store: Store, options: Partial<DelivererOptions> & { timeoutMs?: number } = {}) {
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const publisher = createPublisher({ store, clock, log: quiet, onPublished: () => {} });
  const replica = (more: Partial<DelivererOptions> = {}) => {
    const egress = createEgress({ allowLoopback: true, timeoutMs: options.timeoutMs ?? 2_000 });
    const made = createDeliverer({
      store,
      clock,
      log: quiet,
      egress,
      unseal: ({ id }, sealed) => unseal(key, sealed, id),
      userAgent: 'Chronos/test',
      onEvent: () => {},
      abort: () => egress.close(),
      drainMs: 100,
      pollMs: 20,
      ...options,
      ...more,
    });
    onTestFinished(() => made.stop());
    return made;
  };
  const egress = createEgress({ allowLoopback: true });
  onTestFinished(() => egress.close());
  const webhooks = createWebhooks({
    store,
    clock,
    egress,
    seal: ({ id }, secret) => seal(key, secret, id),
    wake: () => {},
    onEvent: () => {},
  });
  const deliverer = replica();
  return {
    webhooks,
    clock,
    replica,
    publisher,
    advance: (ms: number) => void (now += ms),
    /** Publishes what is written and delivers what is due. */
    async deliver(): Promise<number> {
      await publisher.flush();
      const made = await deliverer.flush();
      await publisher.flush();
      return made;
    },
    /** Writes events as a state change does. */
    async happen(...types: string[]): Promise<OwnedEvent[]> {
      const made = types.map((type, n) => anyEvent(owner, type, { n, text: 'ünïcode' }));
      await store.events.insert(made, clock.now());
      return made;
    },
    endpoint: (url: string, types: string[] = ['*']) =>
      webhooks.create(owner, { url, types, description: null }),
  };
}
