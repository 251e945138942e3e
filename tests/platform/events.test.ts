import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { revokeApiKey } from '#schemas/platform/api-keys.ts';
import { getEvent, listEvents } from '#schemas/platform/events.ts';
import { createStore, type Store } from '#src/db/store.ts';
import { until } from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newKey, newTenant, ownerOf, type Tenant } from './kit.ts';
import { anyEvent } from '#tests/kit/any-event.ts';

// Replicas take their time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let test: TestApp;
let store: Store;
beforeAll(async () => {
  test = await bootApp();
  store = createStore(test.database.database.db);
});
afterAll(() => test.close());

async function newCaller() {
  const tenant = await newTenant(test.app);
  const key = await newKey(test.app, tenant, { rate_limit: 100_000 });
  return { tenant, key, headers: as(key) };
}

/** Events of the tenant, as state changes write them. */
async function happen(tenant: Tenant, ...types: string[]): Promise<string[]> {
  const events = types.map((type) => anyEvent(ownerOf(tenant), type, { type }));
  await store.events.insert(events, new Date());
  return events.map(({ id }) => id);
}

async function baseOf({ app }: TestApp): Promise<string> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

type Stream = {
  ids: string[];
  events: Record<string, unknown>[];
  ended: Promise<void>;
  leave(): void;
  comments: number;
};

/** Reads a stream of events as a browser does. */
async function follow(at: TestApp, headers: Record<string, string>, query = ''): Promise<Stream> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${await baseOf(at)}/v1/events/stream${query}`, {
    headers,
    signal: leaving.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const stream: Stream = {
    ids: [],
    events: [],
    ended: Promise.resolve(),
    leave: () => leaving.abort(),
    comments: 0,
  };
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const read = async () => {
    let rest = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      begin();
      rest += part;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          rest
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        rest = rest.slice(end + 2);
        if (fields['']) stream.comments += 1;
        if (fields['id'] === undefined) continue;
        const event = JSON.parse(fields['data']!) as Record<string, unknown>;
        expect([event['id'], event['type']]).toEqual([fields['id'], fields['event']]);
        stream.ids.push(fields['id']);
        stream.events.push(event);
      }
    }
  };
  stream.ended = read().catch(() => {});
  await begun;
  return stream;
}

describe('events', () => {
  it('are listed newest first, page by page and by type, for their environment', async () => {
    const { app } = test;
    const { tenant, headers } = await newCaller();
    const ids = (await happen(tenant, 'a.done', 'b.done', 'a.done')).toReversed();
    const { body } = await call(app, listEvents, { headers });
    expect(body).toMatchObject({ object: 'list', has_more: false, total: 3 });
    expect(body.data.map(({ id }) => id)).toEqual(ids);
    const { body: one } = await call(app, listEvents, { headers, query: { limit: 1, type: 'a.done' } });
    expect([one.data.map(({ id }) => id), one.has_more, one.total]).toEqual([[ids[0]], true, 2]);
    const query = { type: 'a.done', starting_after: ids[0]! };
    expect((await call(app, listEvents, { headers, query })).body.data.map(({ id }) => id)).toEqual([ids[2]]);
    const { body: event } = await call(app, getEvent, { headers, params: { id: ids[2]! } });
    expect(event).toEqual({ ...body.data[2], object: 'event', type: 'a.done', data: { type: 'a.done' } });
    const live = as(await newKey(app, tenant, { environment: 'live' }));
    expect((await call(app, listEvents, { headers: live })).body.total).toBe(0);
    const missing = await attempt(app, getEvent, { headers: live, params: { id: ids[2] } });
    expect([missing.status, errorOf(missing)['code']]).toEqual([404, 'event_not_found']);
  });

  it('are streamed as they happen, also from another replica', async () => {
    const { tenant, headers } = await newCaller();
    await happen(tenant, 'before.done');
    await call(test.app, listEvents, { headers });
    const other = await bootApp({ replicaOf: test, env: { ROLE: 'api' } });
    const [here, there, some] = [
      await follow(test, headers),
      await follow(other, headers),
      await follow(test, headers, '?type=b.done'),
    ];
    const ids = [...(await happen(tenant, 'a.done')), ...(await happen(tenant, 'b.done', 'c.done'))];
    await until(async () => here.ids.length >= 3 && there.ids.length >= 3);
    expect(here.ids).toEqual(ids);
    expect(there.ids).toEqual(ids);
    expect(here.events).toEqual(
      (await call(test.app, listEvents, { headers, query: { limit: 3 } })).body.data.toReversed(),
    );
    await until(async () => some.ids.length > 0);
    expect(some.ids).toEqual([ids[1]]);
    // Closing does not wait for readers.
    await other.close();
    await there.ended;
  });

  it('lose nothing across a reconnect and a restart', async () => {
    const { tenant, headers } = await newCaller();
    const first = await bootApp({ replicaOf: test, env: { ROLE: 'api' } });
    const early = await follow(first, headers);
    const ids = await happen(tenant, 'a.done', 'b.done');
    await until(async () => early.ids.length === 2);
    await first.close();
    await early.ended;
    ids.push(
      ...(await happen(tenant, ...Array.from({ length: 250 }, (_, n) => `n${'x'.repeat(n % 30)}.done`))),
    );
    const second = await bootApp({ replicaOf: test, env: { ROLE: 'api' } });
    onTestFinished(() => second.close());
    const late = await follow(second, { ...headers, 'last-event-id': early.ids.at(-1)! });
    await until(async () => early.ids.length + late.ids.length >= ids.length);
    expect([...early.ids, ...late.ids]).toEqual(ids);
    // Left in the middle, it goes on in the middle.
    late.leave();
    const middle = await follow(test, { ...headers, 'last-event-id': ids[100]! });
    const [next] = await happen(tenant, 'last.done');
    await until(async () => middle.ids.includes(next!));
    expect(middle.ids).toEqual([...ids.slice(101), next]);
    // Of an event that is gone (or somebody else's): all that is kept.
    const all = await follow(test, { ...headers, 'last-event-id': 'evt_0' });
    await until(async () => all.ids.length > ids.length);
    expect(all.ids).toEqual([...ids, next]);
  });

  it('are not streamed to a key that was revoked meanwhile', async () => {
    const { tenant, key, headers } = await newCaller();
    const stream = await follow(test, headers);
    await call(test.app, revokeApiKey, { headers: tenant.user, params: { id: key.id } });
    await stream.ended;
    expect(stream.comments).toBeLessThanOrEqual(1);
    const answer = await fetch(`${await baseOf(test)}/v1/events/stream`, { headers });
    expect(answer.status).toBe(401);
    await answer.body?.cancel();
  });

  it('have headers to be looked at without a stream', async () => {
    const { headers } = await newCaller();
    const answer = await test.app.inject({ method: 'HEAD', url: '/v1/events/stream', headers });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ]);
  });

  it('are not followed behind something that is no id', async () => {
    const { headers } = await newCaller();
    const answer = await fetch(`${await baseOf(test)}/v1/events/stream`, {
      headers: { ...headers, 'last-event-id': 'x' },
    });
    const body = (await answer.json()) as { error: object };
    expect([answer.status, body.error]).toMatchObject([
      400,
      { code: 'validation_error', param: 'last-event-id' },
    ]);
  });
});
