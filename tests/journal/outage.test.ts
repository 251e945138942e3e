import postgres from 'postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { createStore } from '#src/db/store.ts';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { createPostgres, engine, kinds, quiet, submit } from './kit.ts';

describe.runIf(kinds.includes('postgres'))('a database that goes away', () => {
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
