import { describe, expect, test } from 'vitest';
import type { Store } from '#src/db/store.ts';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { engine, eventTypes, freshDatabase, kinds, lane, submit, until } from './kit.ts';

describe.each(kinds)('two engines on one database (%s)', (kind) => {
  test('share the work of a lane without doubling any of it', async () => {
    const { store, database } = await freshDatabase(kind);
    const chain = createFakeChain();
    const engines = [1, 2].map(() =>
      engine(store, { executors: { account: createFakeExecutor({ chain, maxLegs: 3 }) } }),
    );
    const written = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const journal = engines[n % 2];
        if (!journal) throw new Error('no engine');
        return submit(store, journal);
      }),
    );
    for (const { id } of written) {
      expect(await engines[0]?.wait(id, 20_000)).toMatchObject({ status: 'confirmed' });
    }
    expect(chain.effects()).toEqual(new Map(written.map(({ id }) => [id, 1])));
    expect((await eventTypes(database)).toSorted()).toEqual(
      written.map(({ id }) => `transaction.confirmed ${id}`).toSorted(),
    );
  });

  test('one that lost its lease while it signed can not send, whatever the next holder does', async () => {
    const { store } = await freshDatabase(kind);
    for (const nextHolder of ['works', 'rests'] as const) {
      const chain = createFakeChain();
      const slow = createFakeExecutor({ chain });
      const gate = Promise.withResolvers<void>();
      const signed = Promise.withResolvers<void>();
      const { prepare } = slow;
      slow.prepare = async (...args) => {
        const prepared = await prepare(...args);
        signed.resolve();
        await gate.promise;
        return prepared;
      };
      const first = engine(paused(store), { executors: { account: slow }, timing: { leaseMs: 200 } });
      const { id } = await submit(store, first, { lane: `account:${nextHolder}:1` });
      await signed.promise;
      const second = engine(store, { executors: { account: createFakeExecutor({ chain }) } });
      if (nextHolder === 'works') {
        second.wake(`account:${nextHolder}:1`);
        expect(await second.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
      } else {
        await until(
          async () => 'lease' in (await store.journal.acquireLease(`account:${nextHolder}:1`, 'x', 60_000)),
        );
      }
      const sends = chain.sends.length;
      gate.resolve();
      await first.runLane(`account:${nextHolder}:1`);
      expect(chain.sends.length).toBe(sends);
      const row = await store.transactions.find('client:one', id);
      expect(row?.status).toBe(nextHolder === 'works' ? 'confirmed' : 'pending');
    }
  });

  test('a lane left by a dead holder is taken over when its lease ends', async () => {
    const { store } = await freshDatabase(kind);
    const chain = createFakeChain();
    const journal = engine(store, { executors: { account: createFakeExecutor({ chain }) } });
    await store.journal.acquireLease(lane, 'dead', 3_000);
    const { id } = await submit(store, journal);
    expect((await journal.wait(id, 50)).status).toBe('pending');
    expect(await journal.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
  });

  test('a wake in the moment a lane goes to rest is not lost', async () => {
    const { store } = await freshDatabase(kind);
    const chain = createFakeChain();
    const journal = engine(store, { executors: { account: createFakeExecutor({ chain }) } });
    for (let n = 0; n < 30; n += 1) {
      const { id } = await submit(store, journal);
      await until(async () => (await journal.wait(id, 2_000)).status === 'confirmed');
    }
    expect([...chain.effects().values()]).toEqual(Array(30).fill(1));
  });
});

/** A store whose engine does not get round to renewing its leases, as in a stopped process. */
function paused(store: Store): Store {
  return { ...store, journal: { ...store.journal, renewLease: () => new Promise(() => {}) } };
}
