import postgres from 'postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#src/core/clock.ts';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';
import { createStore } from '#src/db/store.ts';
import { wakeLaneQueue } from '#src/jobs/handlers/wake-lane.ts';
import { createNotifier } from '#src/jobs/notifier.ts';
import { createQueue } from '#src/jobs/queue.ts';
import { type JobsOptions, type Role, startJobs } from '#src/jobs/worker.ts';
import { createJournal } from '#src/services/journal.ts';
import { createFakeChain, createFakeExecutor, type FakeChain } from './fake-chain.ts';
import { createPostgres, engine, freshDatabase, kinds, quiet, submit, until } from './kit.ts';

type Options = { database: Database; url?: string; chain: FakeChain; role: Role } & Partial<JobsOptions>;

/** One replica, stopped after the test. */
async function replica({ database, url, chain, role, ...options }: Options) {
  const store = createStore(database.db);
  const queue = createQueue(
    url === undefined ? { kind: 'pglite', executeSql: database.executeSql } : { kind: 'postgres', url },
    quiet,
  );
  const remember = (lane: string) => queue.send(wakeLaneQueue, { lane }, { key: lane });
  const notifier = createNotifier({ database, log: quiet, ...(role === 'api' ? { remember } : {}) });
  const journal = createJournal({
    store,
    clock: systemClock,
    log: quiet,
    notifier,
    runsLanes: role !== 'api',
    executors: { account: createFakeExecutor({ chain }) },
    timing: { waitPollMs: 6e4 },
  });
  const jobs = await startJobs({ role, journal, queue, log: quiet, ...options });
  onTestFinished(() => jobs.stop());
  await until(() => jobs.isReady());
  return { store, journal, queue, jobs };
}

describe.each(kinds)('jobs on %s', (kind) => {
  const setUp = async () => {
    if (kind === 'pglite') return { database: (await freshDatabase(kind)).database };
    const url = await createPostgres();
    const database = await openDatabase({ url, dataDir: '', log: quiet });
    onTestFinished(() => database.close());
    await database.migrate();
    return { database, url };
  };

  test('run, once a key, and again after a failure', async () => {
    const place = await setUp();
    const ran: unknown[] = [];
    const handler = {
      name: 'probe',
      async run(data: Record<string, unknown>) {
        ran.push(data['n']);
        if (ran.length === 1) throw new Error('first time');
      },
    };
    const { queue } = await replica({ ...place, chain: createFakeChain(), role: 'all', handlers: [handler] });
    await queue.send('probe', { n: 1 }, { key: 'k' });
    await queue.send('probe', { n: 2 }, { key: 'k' });
    await until(() => ran.length === 2);
    expect(ran).toEqual([1, 1]);
  });

  test('a sweep finds what no wake-up told of', async () => {
    const place = await setUp();
    const chain = createFakeChain();
    const { store, journal } = await replica({ ...place, chain, role: 'all', sweepMs: 50 });
    const { id } = await store.transaction((tx) =>
      journal.submit(tx, { owner: 'client:one', type: 'x', network: 'n', lane: 'account:n:1', calls: [] }),
    );
    expect(await journal.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
  });
});

describe.each(kinds.filter((kind) => kind === 'postgres'))('replicas on %s', () => {
  test('an api replica writes and waits, a worker does the work, both at once', async () => {
    const url = await createPostgres();
    const open = async () => {
      const database = await openDatabase({ url, dataDir: '', log: quiet });
      onTestFinished(() => database.close());
      await database.migrate();
      return database;
    };
    const chain = createFakeChain();
    const api = await replica({ database: await open(), url, chain, role: 'api' });
    await replica({ database: await open(), url, chain, role: 'worker', sweepMs: 60_000 });
    const started = performance.now();
    const { id } = await submit(api.store, api.journal);
    expect(await api.journal.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
    // NOTIFY both ways: neither the queue's poll (2 s) nor the waiting poll was needed.
    expect(performance.now() - started).toBeLessThan(1_900);
    expect(chain.effects()).toEqual(new Map([[id, 1]]));
  });
});

describe.each(kinds.filter((kind) => kind === 'postgres'))('a %s database that goes away', () => {
  test('in the middle of everything, again and again, loses and doubles nothing', async () => {
    const url = await createPostgres();
    const database = await openDatabase({ url, dataDir: '', log: quiet });
    onTestFinished(() => database.close());
    await database.migrate();
    const store = createStore(database.db);
    const chain = createFakeChain();
    const journal = engine(store, { executors: { account: createFakeExecutor({ chain, maxLegs: 2 }) } });
    const killer = postgres(url, { max: 1 });
    onTestFinished(() => killer.end());
    const ids: string[] = [];
    while (ids.length < 40) {
      const written = await submit(store, journal).catch(() => null);
      if (written) ids.push(written.id);
      if (ids.length % 5 === 0) {
        await killer`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`;
      }
    }
    for (const id of ids) {
      let status = 'pending';
      while (status !== 'confirmed')
        status = (await journal.wait(id, 5_000).catch(() => null))?.status ?? 'pending';
    }
    // A commit whose answer was lost is a write all the same.
    for (const id of ids) expect(chain.effects().get(id)).toBe(1);
    expect(Math.max(...chain.effects().values())).toBe(1);
  });
});
