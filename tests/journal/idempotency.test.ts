import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fail } from '#src/core/errors.ts';
import type { Transaction } from '#src/core/journal.ts';
import type { Store } from '#src/db/store.ts';
import type { Journal } from '#src/services/journal.ts';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { engine, freshDatabase, intent, kinds } from './kit.ts';

describe.each(kinds)('idempotency on %s', (kind) => {
  let now = new Date('2026-01-01T00:00:00Z');
  const setUp = async () => {
    const { store, database } = await freshDatabase(kind);
    const executors = { account: createFakeExecutor({ chain: createFakeChain() }) };
    const count = async () => (await database.executeSql('select 1 from transactions')).rows.length;
    return { store, journal: engine(store, { executors, clock: { now: () => now } }), count };
  };
  const key = (fingerprint = 'body') => ({
    owner: 'client:one',
    operation: 'transfer',
    key: 'k',
    fingerprint,
  });
  const write = (store: Store, journal: Journal, k = key(), create?: () => Promise<Transaction>) =>
    store.transaction((tx) => journal.idempotent(tx, k, create ?? (() => journal.submit(tx, intent()))));

  test('the same key and body answer the first transaction', async () => {
    const { store, journal, count } = await setUp();
    const first = await write(store, journal);
    expect(first.replayed).toBe(false);
    expect(await write(store, journal)).toEqual({ transaction: first.transaction, replayed: true });
    expect(await count()).toBe(1);
  });

  test('concurrent twins make one transaction', async () => {
    const { store, journal, count } = await setUp();
    const all = await Promise.all(Array.from({ length: 8 }, () => write(store, journal)));
    expect(all.filter((one) => !one.replayed).length).toBe(1);
    expect(new Set(all.map((one) => one.transaction.id)).size).toBe(1);
    expect(await count()).toBe(1);
  });

  test('another body under the same key is a conflict', async () => {
    const { store, journal, count } = await setUp();
    await write(store, journal);
    await expect(write(store, journal, key('other'))).rejects.toMatchObject({ kind: 'idempotency_conflict' });
    expect(await count()).toBe(1);
  });

  test('owners and operations do not share keys', async () => {
    const { store, journal, count } = await setUp();
    const variants = [key(), { ...key(), owner: 'client:two' }, { ...key(), operation: 'mint' }];
    for (const variant of variants) expect((await write(store, journal, variant)).replayed).toBe(false);
    expect(await count()).toBe(3);
  });

  test('a refused write frees its key', async () => {
    const { store, journal, count } = await setUp();
    const refuse = () => Promise.reject(fail('insufficient_balance'));
    await expect(write(store, journal, key(), refuse)).rejects.toMatchObject({
      kind: 'insufficient_balance',
    });
    expect((await write(store, journal, key('other'))).replayed).toBe(false);
    expect(await count()).toBe(1);
  });

  test('a key lives a day, then it is removed or taken anew', async () => {
    const { store, journal } = await setUp();
    const first = await write(store, journal);
    now = new Date(now.getTime() + 23.9 * 3_600_000);
    expect((await write(store, journal)).replayed).toBe(true);
    expect(await journal.cleanUp()).toBe(0);
    now = new Date(now.getTime() + 3_600_000);
    const second = await write(store, journal, key(randomUUID()));
    expect(second.replayed).toBe(false);
    expect(second.transaction.id).not.toBe(first.transaction.id);
    now = new Date(now.getTime() + 25 * 3_600_000);
    expect(await journal.cleanUp()).toBe(1);
  });
});
