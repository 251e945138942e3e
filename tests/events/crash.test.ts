import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fail } from '#src/core/errors.ts';
import { openDatabase } from '#src/db/client.ts';
import { createStore, type Store } from '#src/db/store.ts';
import { freshDatabase, freshFolder, quiet, until } from '#tests/journal/kit.ts';
import type { CrashInput } from './crash-child.ts';
import { owner, receiver, webhooksOn } from './kit.ts';

vi.setConfig({ testTimeout: 90_000 });

async function onFolder<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const database = await openDatabase({ dataDir, log: quiet });
  try {
    return await work(createStore(database.db));
  } finally {
    await database.close();
  }
}

test('a process killed in a delivery: the next one sends it again, with the same id', async () => {
  const dataDir = await freshFolder();
  const { url, received, ids, answer } = await receiver('hang');
  const { event, secret } = await onFolder(dataDir, async (store) => {
    const { endpoint, happen, publisher } = webhooksOn(store);
    const made = await endpoint(url);
    const [told] = await happen('a.done');
    await publisher.flush();
    return { event: told!, secret: made.secret };
  });
  const input: CrashInput = { dataDir, leaseMs: 2_000, secret };
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'crash-child.ts'),
      JSON.stringify(input),
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(() => received.length === 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  answer(200);
  await onFolder(dataDir, async (store) => {
    const { replica, webhooks } = webhooksOn(store);
    const next = replica();
    next.start();
    await until(() => received.length === 2);
    const [endpoint] = (await webhooks.list(owner, { limit: 1 })).items;
    const done = async () =>
      (await webhooks.listDeliveries(owner, endpoint!.id, { limit: 1, status: 'succeeded' })).total === 1;
    await until(done);
    await next.stop();
  });
  expect(ids()).toEqual([event.id, event.id]);
});

test('a database that goes away while an answer comes in: sent again, with the same id, once it is back', async () => {
  const { store } = await freshDatabase('pglite');
  const { url, ids } = await receiver();
  const { endpoint, happen, publisher, replica, webhooks } = webhooksOn(store);
  const { endpoint: made } = await endpoint(url);
  let away = false;
  const transaction: Store['transaction'] = (work) =>
    away ? Promise.reject(fail('unavailable')) : store.transaction(work);
  const fragile = { ...store, webhookDeliveries: store.webhookDeliveries, transaction };
  const [event] = await happen('a.done');
  await publisher.flush();
  away = true;
  const deliverer = replica({ store: fragile as never, leaseMs: 1_000 });
  deliverer.start();
  await until(() => ids().length >= 2);
  away = false;
  const done = async () =>
    (await webhooks.listDeliveries(owner, made.id, { limit: 1, status: 'succeeded' })).total === 1;
  await until(done);
  expect(new Set(ids())).toEqual(new Set([event!.id]));
  const seen = ids().length;
  await deliverer.stop();
  expect(await replica().flush()).toBe(0);
  expect(ids()).toHaveLength(seen);
});
