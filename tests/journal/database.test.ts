import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { isConnectionLoss, isUniqueViolation, normalizeDbError } from '#src/db/errors.ts';
import { createStore } from '#src/db/store.ts';
import { createPostgres, freshDatabase, freshFolder, intent, kinds, quiet } from './kit.ts';

/** A process that holds the data folder. */
async function holder(dataDir: string) {
  const child = fork(join(import.meta.dirname, 'lock-child.ts'), [dataDir], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

describe('the embedded database', () => {
  test('keeps its rows across a restart and gives its lock back', async () => {
    const dataDir = await freshFolder();
    const first = await openDatabase({ dataDir, log: quiet });
    const written = await createStore(first.db).transactions.insert(intent({ meta: { a: [1] } }), new Date());
    await first.close();
    expect(await readdir(dataDir)).toEqual(['pglite']);
    const second = await openDatabase({ dataDir, log: quiet });
    onTestFinished(() => second.close());
    expect(await createStore(second.db).transactions.find(written.owner, written.id)).toEqual(written);
  });

  test('refuses a second process and names the first', async () => {
    const dataDir = await freshFolder();
    const child = await holder(dataDir);
    const refused = openDatabase({ dataDir, log: quiet });
    await expect(refused).rejects.toMatchObject({ kind: 'conflict', facts: { details: { pid: child.pid } } });
    await expect(refused).rejects.toThrow(`in use by process ${child.pid}`);
  });

  test('refuses a second opener in the same process', async () => {
    const dataDir = await freshFolder();
    const first = await openDatabase({ dataDir, log: quiet });
    onTestFinished(() => first.close());
    await expect(openDatabase({ dataDir, log: quiet })).rejects.toThrow(`in use by process ${process.pid}`);
  });

  test('takes over from a killed process', async () => {
    const dataDir = await freshFolder();
    const child = await holder(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await openDatabase({ dataDir, log: quiet });
    onTestFinished(() => database.close());
    await database.ping();
    const lock = JSON.parse(await readFile(join(dataDir, 'pglite.lock'), 'utf8')) as { pid: number };
    expect(lock.pid).toBe(process.pid);
    expect((await readdir(dataDir)).toSorted()).toEqual(['pglite', 'pglite.lock']);
  });

  test('does not take a reused pid for the old holder', async () => {
    const dataDir = await freshFolder();
    const old = { token: 'old', pid: process.pid, start: 'another boot', host: hostname() };
    await writeFile(join(dataDir, 'pglite.lock'), JSON.stringify(old));
    const database = await openDatabase({ dataDir, log: quiet });
    onTestFinished(() => database.close());
    await expect(database.ping()).resolves.toBeUndefined();
  });

  test('of several openers of a stale lock one wins', async () => {
    const dataDir = await freshFolder();
    const old = { token: 'old', pid: process.pid, start: 'another boot', host: hostname() };
    await writeFile(join(dataDir, 'pglite.lock'), JSON.stringify(old));
    const { takeFolderLock } = await import('#src/db/folder-lock.ts');
    const file = join(dataDir, 'pglite.lock');
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => takeFolderLock(file)));
    const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(won.length).toBe(1);
    await won[0]?.();
    expect(await readdir(dataDir)).toEqual(['pglite']);
  });
});

describe.each(kinds)('migrations and errors on %s', (kind) => {
  test('migrate once, whoever starts first', async () => {
    const url = kind === 'postgres' ? await createPostgres() : undefined;
    const opened = await Promise.all(
      Array.from({ length: url === undefined ? 1 : 4 }, () =>
        openDatabase({ url, dataDir: 'memory://', log: quiet }),
      ),
    );
    onTestFinished(async () => void (await Promise.all(opened.map((database) => database.close()))));
    await Promise.all(opened.map((database) => database.migrate()));
    const [database] = opened;
    await database?.migrate();
    const journal = await readFile(new URL('../../drizzle/meta/_journal.json', import.meta.url), 'utf8');
    const { entries } = JSON.parse(journal) as { entries: unknown[] };
    const applied = await database?.executeSql('select 1 from drizzle.__drizzle_migrations');
    expect(applied?.rows.length).toBe(entries.length);
  });

  test('who stops listening once the database is closed is not told of a loss', async () => {
    const url = kind === 'postgres' ? await createPostgres() : undefined;
    const database = await openDatabase({ url, dataDir: 'memory://', log: quiet });
    const stop = await database.listen('chronos_test', () => {});
    const closing = database.close();
    // As many turns as the driver takes to begin its end.
    await Promise.resolve();
    await Promise.resolve();
    await expect(stop()).resolves.toBeUndefined();
    await closing;
    await expect(stop()).resolves.toBeUndefined();
  });

  test('a duplicate key is told apart by its constraint', async () => {
    const { store } = await freshDatabase(kind);
    const { id } = await store.transactions.insert(intent(), new Date());
    const error: unknown = await store.transactions
      .insert(intent({ id }), new Date())
      .catch((e: unknown) => e);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'transactions_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'submissions_hash')).toBe(false);
    expect(isConnectionLoss(error)).toBe(false);
    expect(normalizeDbError(error)).toBe(error);
  });

  test('a thrown transaction leaves nothing behind, also in a savepoint', async () => {
    const { store } = await freshDatabase(kind);
    const stop = new Error('stop');
    await expect(
      store.transaction(async (tx) => {
        await tx.transactions.insert(intent(), new Date());
        throw stop;
      }),
    ).rejects.toBe(stop);
    const kept = await store.transaction(async (tx) => {
      await tx
        .transaction(async (inner) => {
          await inner.transactions.insert(intent(), new Date());
          throw stop;
        })
        .catch(() => {});
      return tx.transactions.insert(intent(), new Date());
    });
    expect(await store.transactions.list('client:one', { limit: 10 })).toEqual([kept]);
  });

  test('lists newest first, by owner, user, type, status and cursor', async () => {
    const { store } = await freshDatabase(kind);
    const make = (change: object) => store.transactions.insert(intent(change), new Date());
    const a = await make({ userId: 'u1' });
    const b = await make({ userId: 'u1', type: 'mint' });
    const c = await make({ userId: 'u2' });
    await make({ owner: 'client:two', userId: 'u1' });
    const list = async (filter: object) =>
      (await store.transactions.list('client:one', { limit: 10, ...filter })).map((t) => t.id);
    expect(await list({})).toEqual([c.id, b.id, a.id]);
    expect(await list({ userId: 'u1' })).toEqual([b.id, a.id]);
    expect(await list({ types: ['mint', 'claim'] })).toEqual([b.id]);
    expect(await list({ status: 'failed' })).toEqual([]);
    expect(await list({ limit: 1, after: c.id })).toEqual([b.id]);
  });

  test('a network keeps the genesis hash of its first contact', async () => {
    const { store } = await freshDatabase(kind);
    const [one, two] = [`0x${'1'.repeat(64)}`, `0x${'2'.repeat(64)}`] as const;
    expect(await store.networks.claimGenesis('base-sepolia', one, new Date())).toBe(one);
    expect(await store.networks.claimGenesis('base-sepolia', two, new Date())).toBe(one);
    expect(await store.networks.findHead('base-sepolia')).toBeNull();
  });
});

test('an unreachable database is unavailable, not internal', async () => {
  const database = await openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', dataDir: '', log: quiet });
  onTestFinished(() => database.close());
  const store = createStore(database.db);
  await expect(store.transaction((tx) => tx.transactions.findMany(['x']))).rejects.toMatchObject({
    kind: 'unavailable',
  });
  await expect(store.transactions.find('a', 'b')).rejects.toMatchObject({ kind: 'unavailable' });
});
