import { describe, expect, test } from 'vitest';
import type { Submission } from '#src/core/journal.ts';
import type { Database } from '#src/db/handle.ts';
import type { Journal } from '#src/services/journal.ts';
import { createFakeChain, createFakeExecutor, type FakeExecutorOptions, sign } from './fake-chain.ts';
import { engine, eventTypes, freshDatabase, kinds, lane, submit, until } from './kit.ts';

/** Looks at what is settled until its reorg is told and it is confirmed again. */
const healed = (journal: Journal, database: Database) =>
  until(async () => {
    await journal.sweep({ settled: true });
    await journal.runLane(lane);
    return (await eventTypes(database)).length === 3;
  });

describe.each(kinds)('finality on %s', (kind) => {
  const setUp = async (options: Partial<FakeExecutorOptions> & { automine?: boolean } = {}) => {
    const { store, database } = await freshDatabase(kind);
    const chain = createFakeChain({ automine: options.automine ?? true });
    const executor = createFakeExecutor({ chain, ...options });
    return { store, database, chain, executor, executors: { account: executor } };
  };

  test('waits for the confirmations of the network', async () => {
    const { store, chain, executors } = await setUp();
    const journal = engine(store, { executors, confirmationsFor: () => 3 });
    const { id } = await submit(store, journal);
    expect(await journal.wait(id, 5_000, 'included')).toMatchObject({ status: 'submitted', blockNumber: 1n });
    chain.mine();
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed', blockNumber: 1n });
  });

  test('a block that vanishes before it is final moves the transaction back and sends the same bytes', async () => {
    const { store, database, chain, executors } = await setUp();
    const journal = engine(store, { executors, confirmationsFor: () => 2 });
    const { id } = await submit(store, journal);
    await journal.wait(id, 5_000, 'included');
    chain.automine = false;
    chain.reorg(1);
    await until(async () => (await eventTypes(database)).length > 0);
    expect(await eventTypes(database)).toEqual([`transaction.reorged ${id}`]);
    expect(await store.transactions.find('client:one', id)).toMatchObject({
      status: 'submitted',
      blockNumber: null,
      blockHash: null,
      txHash: null,
    });
    await until(() => chain.mempool.size === 1);
    chain.mine();
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(new Set(chain.sends).size).toBe(1);
    expect(chain.effects().get(id)).toBe(1);
  });

  test('a late reorg of a confirmed transaction is told and healed', async () => {
    const { store, database, chain, executors } = await setUp();
    const journal = engine(store, { executors });
    const { id } = await submit(store, journal);
    await journal.wait(id, 5_000);
    await journal.runLane(lane);
    chain.reorg(1);
    await healed(journal, database);
    expect((await eventTypes(database)).map((e) => e.split(' ')[0])).toEqual([
      'transaction.confirmed',
      'transaction.reorged',
      'transaction.confirmed',
    ]);
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(chain.effects().get(id)).toBe(1);
  });

  test('a batch that failed and was run leg by leg does not run again when a reorg undoes it all', async () => {
    const { store, chain, executor, executors } = await setUp({ automine: false });
    executor.life = 3;
    const journal = engine(store, { executors });
    const first = await submit(store, journal);
    await journal.wait(first.id, 5_000, 'submitted');
    const ids = [(await submit(store, journal)).id, (await submit(store, journal)).id];
    chain.starving.add(ids[0]!);
    chain.automine = true;
    chain.mine();
    for (const id of ids) expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(executor.batches).toEqual([[first.id], ids, [ids[0]], [ids[1]]]);
    const batch = chain.sends.find((hash) => chain.mined.get(hash)?.failed);
    const before = chain.sends.filter((hash) => hash === batch).length;

    chain.reorg(3);
    chain.drop();
    const read = (id: string) => store.transactions.find('client:one', id);
    await until(async () => {
      await journal.sweep({ settled: true });
      await journal.runLane(lane);
      const now = await Promise.all(ids.map(read));
      return ids.every((id) => chain.effects().has(id)) && now.every((t) => t?.status === 'confirmed');
    });
    expect(chain.effects()).toEqual(new Map([first.id, ...ids].map((id) => [id, 1])));
    expect(chain.sends.filter((hash) => hash === batch)).toHaveLength(before);
    // And the lane is free.
    const next = await submit(store, journal);
    expect(await journal.wait(next.id, 5_000)).toMatchObject({ status: 'confirmed' });
  });

  test('what waited for its block for long, or by a clock that was put ahead, is watched as deep as any', async () => {
    const { store, database, chain, executors } = await setUp({ automine: false });
    let ahead = 0;
    const clock = { now: () => new Date(Date.now() + ahead) };
    const journal = engine(store, { executors, clock });
    const { id } = await submit(store, journal);
    await until(() => chain.mempool.size === 1);
    ahead = 7 * 24 * 60 * 60 * 1000;
    chain.automine = true;
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    await journal.runLane(lane);
    chain.reorg(1);
    await healed(journal, database);
    expect(chain.effects().get(id)).toBe(1);
  });

  test('a node that lags for one look is not believed', async () => {
    const { store, database, executor, executors, chain } = await setUp();
    const journal = engine(store, { executors, confirmationsFor: () => 2 });
    const { check } = executor;
    const { id } = await submit(store, journal);
    await journal.wait(id, 5_000, 'included');
    let lags = 1;
    const error = { code: 'gone', message: '' };
    executor.check = async (s) => (lags-- > 0 ? { state: 'dead', reason: 'replaced', error } : check(s));
    await until(() => lags < -1);
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(await eventTypes(database)).toEqual([`transaction.confirmed ${id}`]);
  });

  test('a watched submission is forgotten when it is deep enough', async () => {
    const { store, chain, executors } = await setUp();
    const journal = engine(store, { executors, watchDepthFor: () => 3 });
    const { id } = await submit(store, journal);
    await journal.wait(id, 5_000);
    await journal.runLane(lane);
    expect(await store.journal.listLanesWithWork(true)).toEqual([lane]);
    expect(await store.journal.listLanesWithWork(false)).toEqual([]);
    chain.mine();
    chain.mine();
    await journal.sweep({ settled: true });
    await journal.runLane(lane);
    expect(await store.journal.listLanesWithWork(true)).toEqual([]);
  });

  test('a nonce used by somebody else puts the transactions back into the queue', async () => {
    const { store, chain, executor, executors } = await setUp({ automine: false });
    const journal = engine(store, { executors });
    const { id } = await submit(store, journal);
    await until(() => chain.mempool.size === 1);
    chain.drop();
    chain.foreign += 1;
    chain.automine = true;
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed' });
    expect(executor.batches).toEqual([[id], [id]]);
    expect(chain.effects().get(id)).toBe(1);
  });

  test('an expired operation that never ran is signed once more, then failed', async () => {
    const { store, chain, executor, executors } = await setUp({ automine: false });
    executor.life = -10;
    const journal = engine(store, { executors });
    const { id } = await submit(store, journal);
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'failed', error: { code: 'gone' } });
    expect(executor.batches).toEqual([[id], [id]]);
    expect(chain.effects().size).toBe(0);
  });

  test('a stuck transaction is replaced, and whichever hash is mined counts', async () => {
    for (const winner of ['first', 'second'] as const) {
      let bumps = 0;
      const bump = async (s: Submission) => {
        bumps += 1;
        return bumps > 1 ? null : sign('transaction', Number(s.nonce), [...s.legs], null, 2n);
      };
      const { store, database, chain, executors } = await setUp({
        automine: false,
        kind: 'transaction',
        bump,
      });
      const journal = engine(store, { executors });
      const { id } = await submit(store, journal);
      await until(() => chain.mempool.size === 2);
      const [first, second] = [...chain.mempool.keys()];
      if (!first || !second) throw new Error('two were expected');
      chain.mempool.delete(winner === 'first' ? second : first);
      chain.mine();
      const done = await journal.wait(id, 5_000);
      expect(done).toMatchObject({ status: 'confirmed', txHash: winner === 'first' ? first : second });
      expect(await eventTypes(database)).toEqual([`transaction.confirmed ${id}`]);
      expect(chain.effects().get(id)).toBe(1);
    }
  });

  test('after a reorg the other hash of the nonce may win, and the journal says so', async () => {
    let bumps = 0;
    const bump = async (s: Submission) =>
      (bumps += 1) > 1 ? null : sign('transaction', Number(s.nonce), [...s.legs], null, 2n);
    const { store, database, chain, executors } = await setUp({ automine: false, kind: 'transaction', bump });
    const journal = engine(store, { executors });
    const { id } = await submit(store, journal);
    await until(() => chain.mempool.size === 2);
    const [first, second] = [...chain.mempool];
    if (!first || !second) throw new Error('two were expected');
    chain.mempool.delete(second[0]);
    chain.mine();
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed', txHash: first[0] });
    await journal.runLane(lane);
    chain.reorg(1);
    chain.mempool.set(second[0], second[1]);
    chain.mine();
    await until(async () => {
      await journal.sweep({ settled: true });
      return (await eventTypes(database)).length === 3;
    });
    expect(await journal.wait(id, 5_000)).toMatchObject({ status: 'confirmed', txHash: second[0] });
    expect((await eventTypes(database)).map((e) => e.split(' ')[0])).toEqual([
      'transaction.confirmed',
      'transaction.reorged',
      'transaction.confirmed',
    ]);
    expect(chain.effects().get(id)).toBe(1);
  });
});
