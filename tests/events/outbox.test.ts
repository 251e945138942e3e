import { describe, expect, onTestFinished, test } from 'vitest';
import { createEvents } from '#src/services/events.ts';
import { createPublisher } from '#src/services/events/publisher.ts';
import { freshDatabase, kinds, quiet, until } from '#tests/journal/kit.ts';
import { anyEvent } from '#tests/kit/any-event.ts';

const day = 24 * 3_600_000;

describe.each(kinds)('the outbox on %s', (kind) => {
  async function setUp(now = new Date()) {
    const { database, store } = await freshDatabase(kind);
    const told: string[] = [];
    const publisher = createPublisher({
      store,
      clock: { now: () => now },
      log: quiet,
      onPublished: (owners) => void told.push(...owners),
      pollMs: 20,
    });
    return { database, store, publisher, told, events: createEvents({ store, publisher }) };
  }
  const at = (n: number) => new Date(1_800_000_000_000 + n * 1000);

  test('lists what was committed before the call, newest first, page by page', async () => {
    const { store, events } = await setUp();
    const made = Array.from({ length: 5 }, (_, n) =>
      anyEvent('tenant:a:test', n % 2 ? 'b.done' : 'a.done', { n }),
    );
    await store.events.insert(made, at(0));
    await store.events.insert([anyEvent('tenant:b:test', 'a.done', {})], at(0));
    const ids = made.map(({ id }) => id).toReversed();
    const first = await events.list('tenant:a:test', { limit: 2 });
    expect(first.events.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first).toMatchObject({ hasMore: true, total: 5 });
    const second = await events.list('tenant:a:test', { limit: 10, after: ids[1]! });
    expect(second.events.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.hasMore).toBe(false);
    const some = await events.list('tenant:a:test', { limit: 10, types: ['b.done'] });
    expect(some.events.map(({ data }) => data['n'])).toEqual([3, 1]);
    expect(some.total).toBe(2);
    expect((await events.list('tenant:a:test', { limit: 10, after: 'evt_none' })).events).toEqual([]);
  });

  test('finds an event of its owner only', async () => {
    const { store, events } = await setUp();
    const event = anyEvent('tenant:a:test', 'a.done', { x: 1 });
    await store.events.insert([event], at(1));
    expect(await events.get('tenant:a:test', event.id)).toMatchObject({ ...event, createdAt: at(1) });
    await expect(events.get('tenant:a:live', event.id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('an event that is rolled back was never there', async () => {
    const { store, events } = await setUp();
    const writing = store.transaction(async (tx) => {
      await tx.events.insert([anyEvent('o', 'a.done', {})], at(0));
      throw new Error('no');
    });
    await expect(writing).rejects.toThrow('no');
    expect((await events.list('o', { limit: 10 })).total).toBe(0);
  });

  test('publishes in the background and tells whose events they are', async () => {
    const { store, publisher, told } = await setUp();
    publisher.start();
    onTestFinished(() => publisher.stop());
    await store.events.insert([anyEvent('o', 'a.done', {}), anyEvent('o', 'a.done', {})], at(0));
    await until(() => told.length > 0);
    expect(told).toEqual(['o']);
    expect(await store.events.hasUnpublished()).toBe(false);
  });

  test('removes events after 30 days', async () => {
    const now = at(0);
    const { store, events, publisher } = await setUp(now);
    const old = anyEvent('o', 'a.done', {});
    const young = anyEvent('o', 'a.done', {});
    await store.events.insert([old], new Date(now.getTime() - 30 * day - 1));
    await store.events.insert([young], new Date(now.getTime() - 30 * day + 1));
    expect(await publisher.cleanUp()).toBe(1);
    expect((await events.list('o', { limit: 10 })).events.map(({ id }) => id)).toEqual([young.id]);
    await store.events.insert([anyEvent('o', 'a.done', {})], now);
    await publisher.flush();
    // Positions go on where they were.
    expect((await store.events.newest('o'))?.position).toBe(await store.events.head());
  });

  test('a reader that goes by positions misses no transaction that commits late', async () => {
    if (kind === 'pglite') return expect(kind).toBe('pglite'); // One connection: nothing commits late.
    const { store, publisher } = await setUp();
    const early = anyEvent('o', 'a.done', {});
    const late = anyEvent('o', 'a.done', {});
    const { promise: inserted, resolve: sayInserted } = Promise.withResolvers<void>();
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
    const slow = store.transaction(async (tx) => {
      await tx.events.insert([late], at(0));
      sayInserted();
      await mayCommit;
    });
    await inserted;
    await store.events.insert([early], at(0));
    await publisher.flush();
    const seen = await store.events.listSince('o', 0n, { limit: 10 });
    expect(seen.map(({ id }) => id)).toEqual([early.id]);
    commit();
    await slow;
    await publisher.flush();
    const after = await store.events.listSince('o', seen[0]!.position, { limit: 10 });
    expect(after.map(({ id }) => id)).toEqual([late.id]);
  });

  test('publishers that race give each event one position', async () => {
    const { database, store } = await setUp();
    await store.events.insert(
      Array.from({ length: 40 }, () => anyEvent('o', 'a.done', {})),
      at(0),
    );
    await Promise.all(Array.from({ length: 8 }, () => store.events.publish(7)));
    const { rows } = await database.executeSql(
      'select position::text as at from events order by events.position',
    );
    expect(rows.map((row) => Number(row['at']))).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });
});
