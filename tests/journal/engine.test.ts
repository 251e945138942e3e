import { describe, expect, test } from 'vitest';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { engine, eventTypes, freshDatabase, intent, kinds, lane, submit, until } from './kit.ts';

describe.each(kinds)('the journal engine on %s', (kind) => {
  const setUp = async (
    options: Partial<Parameters<typeof createFakeExecutor>[0]> & { automine?: boolean } = {},
  ) => {
    const { store, database } = await freshDatabase(kind);
    const chain = createFakeChain({ automine: options.automine ?? true });
    const executor = createFakeExecutor({ chain, ...options });
    return { store, database, chain, executor, executors: { account: executor } };
  };

  test('one write is committed, signed, sent, confirmed and told', async () => {
    const { store, database, chain, executors } = await setUp();
    const journal = engine(store, { executors });
    const pending = await submit(store, journal);
    expect(pending).toMatchObject({ status: 'pending', userOpHash: null, calls: [{ value: 2n ** 200n }] });
    const done = await journal.wait(pending.id, 5_000);
    expect(done).toMatchObject({
      status: 'confirmed',
      blockNumber: 1n,
      gasUsed: 21_000n,
      sponsorCost: 42n,
      error: null,
    });
    expect(done.userOpHash).toBe(chain.sends[0]);
    expect(await store.transactions.find('client:one', done.id)).toEqual(done);
    expect(await store.transactions.find('client:two', done.id)).toBeNull();
    expect(chain.effects()).toEqual(new Map([[done.id, 1]]));
    expect(await eventTypes(database)).toEqual([`transaction.confirmed ${done.id}`]);
  });

  test('what arrives while one is in flight travels in lane order in one batch', async () => {
    const { store, chain, executor, executors } = await setUp({ automine: false });
    const journal = engine(store, { executors });
    const first = await submit(store, journal);
    expect(await journal.wait(first.id, 5_000, 'submitted')).toMatchObject({ status: 'submitted' });
    const rest = [];
    for (let n = 0; n < 12; n += 1) rest.push((await submit(store, journal)).id);
    chain.automine = true;
    chain.mine();
    await Promise.all(rest.map((id) => journal.wait(id, 10_000)));
    expect(executor.batches).toEqual([[first.id], rest.slice(0, 10), rest.slice(10)]);
    expect([...chain.effects().values()]).toEqual(Array(13).fill(1));
  });

  test('a transaction that fails its simulation is failed and never sent', async () => {
    const { store, database, chain, executor, executors } = await setUp();
    const journal = engine(store, { executors });
    const [bad, good] = await store.transaction(async (tx) => {
      const make = () => journal.submit(tx, intent());
      return [await make(), await make()];
    });
    executor.rejecting.add(bad?.id ?? '');
    journal.wake(lane);
    expect(await journal.wait(bad?.id ?? '', 5_000)).toMatchObject({
      status: 'failed',
      userOpHash: null,
      txHash: null,
      error: {
        code: 'simulation_failed',
        message: 'would revert',
      },
    });
    expect(await journal.wait(good?.id ?? '', 5_000)).toMatchObject({ status: 'confirmed' });
    expect([...chain.effects().keys()]).toEqual([good?.id]);
    expect((await eventTypes(database)).toSorted()).toEqual(
      [`transaction.confirmed ${good?.id}`, `transaction.failed ${bad?.id}`].toSorted(),
    );
  });

  test('the legs of a reverted batch run again alone, once', async () => {
    const { store, chain, executor, executors } = await setUp({ automine: false });
    const journal = engine(store, { executors });
    const first = await submit(store, journal);
    await journal.wait(first.id, 5_000, 'submitted');
    const [good, bad] = [await submit(store, journal), await submit(store, journal)];
    chain.reverting.add(bad.id);
    chain.automine = true;
    chain.mine();
    expect(await journal.wait(good.id, 5_000)).toMatchObject({ status: 'confirmed', error: null });
    expect(await journal.wait(bad.id, 5_000)).toMatchObject({
      status: 'failed',
      error: { code: 'reverted' },
    });
    expect(executor.batches).toEqual([[first.id], [good.id, bad.id], [good.id], [bad.id]]);
    expect(chain.effects().get(good.id)).toBe(1);
    expect(chain.effects().has(bad.id)).toBe(false);
  });

  test('what failed alone and may do better runs once more, and no third time', async () => {
    const { store, chain, executor, executors } = await setUp();
    const journal = engine(store, { executors });
    for (const then of ['goes through', 'reverts'] as const) {
      executor.batches.length = 0;
      const { id } = await store.transaction(async (tx) => {
        const transaction = await journal.submit(tx, intent());
        chain.starving.add(transaction.id);
        if (then === 'reverts') chain.reverting.add(transaction.id);
        return transaction;
      });
      journal.wake(lane);
      const status = then === 'reverts' ? 'failed' : 'confirmed';
      expect(await journal.wait(id, 5_000)).toMatchObject({ status });
      expect(executor.batches).toEqual([[id], [id]]);
      expect(chain.effects().get(id)).toBe(then === 'reverts' ? undefined : 1);
    }
  });

  test('several nonces may be in flight, never more than the executor allows', async () => {
    const { store, chain, executor, executors } = await setUp({
      automine: false,
      maxInFlight: 3,
      maxLegs: 1,
    });
    const journal = engine(store, { executors });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await submit(store, journal)).id);
    await until(() => chain.mempool.size === 3);
    await journal.wait(ids[2] ?? '', 5_000, 'submitted');
    expect([...chain.mempool.values()].map((body) => body.nonce)).toEqual([0, 1, 2]);
    expect((await store.transactions.find('client:one', ids[3] ?? ''))?.status).toBe('pending');
    chain.mine();
    await until(() => chain.mempool.size === 2);
    chain.mine();
    for (const id of ids) expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(executor.batches.flat()).toEqual(ids);
  });

  test('a lost operation is sent again with the same bytes', async () => {
    const { store, chain, executors } = await setUp({ automine: false });
    const journal = engine(store, { executors });
    const { id } = await submit(store, journal);
    await until(() => chain.mempool.size === 1);
    chain.drop();
    await until(() => chain.mempool.size === 1);
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(new Set(chain.sends).size).toBe(1);
  });

  test('a throw of send means unknown: the chain decides', async () => {
    const { store, chain, executor, executors } = await setUp();
    const journal = engine(store, { executors });
    const send = executor.send;
    executor.send = async (submission) => {
      await send(submission);
      throw new Error('time-out');
    };
    const { id } = await submit(store, journal);
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(chain.sends.length).toBe(1);
  });

  test('faults of the chain delay, but lose and double nothing', async () => {
    const { store, chain, executor, executors } = await setUp();
    const journal = engine(store, { executors });
    const faults = { prepare: 4, send: 2, check: 4 };
    for (const name of ['prepare', 'send', 'check'] as const) {
      const real = executor[name] as (...args: unknown[]) => Promise<never>;
      executor[name] = async (...args: unknown[]) => {
        faults[name] -= 1;
        if (faults[name] >= 0) throw new Error('connection refused');
        return real(...args);
      };
    }
    const ids = [await submit(store, journal), await submit(store, journal)].map((t) => t.id);
    for (const id of ids) expect(await journal.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
    expect(chain.effects()).toEqual(new Map(ids.map((id) => [id, 1])));
  });

  test('a hanging peer does not hold the lane', async () => {
    const { store, executor, executors } = await setUp();
    const journal = engine(store, { executors, timing: { callMs: 50 } });
    const { prepare, check } = executor;
    let hangs = 2;
    const hang = () => (hangs-- > 0 ? new Promise<never>(() => {}) : null);
    executor.prepare = (...args) => hang() ?? prepare(...args);
    executor.check = (...args) => hang() ?? check(...args);
    const { id } = await submit(store, journal);
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
  });

  test('onChange runs in the database transaction of the final state', async () => {
    const { store, executors } = await setUp();
    let refused = 0;
    const seen: string[] = [];
    const journal = engine(store, {
      executors,
      async onChange(tx, changed) {
        const [row] = await tx.transactions.findMany(changed.map((t) => t.id));
        seen.push(`${changed[0]?.status} ${row?.status}`);
        if ((refused += 1) === 1) throw new Error('domain row can not be written');
      },
    });
    const { id } = await submit(store, journal);
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(seen).toEqual(['confirmed confirmed', 'confirmed confirmed']);
  });
});
