import { describe, expect, test } from 'vitest';
import type { Submission } from '#src/core/journal.ts';
import {
  createFakeChain,
  createFakeExecutor,
  type FakeExecutorOptions,
  sign,
} from '#tests/journal/fake-chain.ts';
import { engine, eventTypes, freshDatabase, kinds, submit, until } from '#tests/journal/kit.ts';

const owner = 'tenant:ten_a:test';

describe.each(kinds)('transactions of tenants on %s', (kind) => {
  async function setUp(options: Partial<FakeExecutorOptions> = {}) {
    const { store, database } = await freshDatabase(kind);
    const chain = createFakeChain();
    const executor = createFakeExecutor({ chain, ...options });
    const journal = engine(store, { executors: { account: executor } });
    const words = async () => (await eventTypes(database)).map((told) => told.split(' ')[0]!.slice(12));
    return { store, database, chain, executor, journal, words };
  }

  test('are told of at each step, in the words of the platform', async () => {
    const { store, journal, words } = await setUp();
    const meta = { tokenId: 'tok_1', token: '0xT', from: '0xF', to: '0xA', amount: '5' };
    const { id } = await submit(store, journal, { owner, meta });
    const done = await journal.wait(id, 5_000);
    expect(await words()).toEqual(['created', 'submitted', 'confirmed']);
    await store.events.publish(10);
    const [confirmed, submitted, created] = await store.events.list(owner, { limit: 5 });
    expect(created!.data).toMatchObject({
      object: 'transaction',
      id,
      status: 'pending',
      tx_hash: null,
      amount: '5',
    });
    expect(submitted!.data).toMatchObject({
      status: 'submitted',
      user_op_hash: done.userOpHash,
      tx_hash: null,
    });
    expect(confirmed!.data).toEqual({
      object: 'transaction',
      id,
      type: 'transfer',
      status: 'confirmed',
      network: 'base-sepolia',
      user_id: null,
      token_id: 'tok_1',
      contract_address: '0xT',
      from: '0xF',
      to: '0xA',
      amount: '5',
      item_id: null,
      retry_of: null,
      user_op_hash: done.userOpHash,
      tx_hash: done.txHash,
      block_number: 1,
      block_hash: done.blockHash,
      gas_used: done.gasUsed?.toString() ?? null,
      sponsor_cost: done.sponsorCost?.toString() ?? null,
      error: null,
      created: Math.floor(done.createdAt.getTime() / 1000),
    });
  });

  test('that fail are told of with the reason', async () => {
    const { store, journal, words, executor } = await setUp();
    const { id } = await store.transaction((tx) =>
      journal.submit(tx, {
        owner,
        type: 'mint',
        network: 'base-sepolia',
        lane: 'account:base-sepolia:0xabc',
        calls: [],
      }),
    );
    executor.rejecting.add(id);
    journal.wake('account:base-sepolia:0xabc');
    await journal.wait(id, 5_000);
    expect(await words()).toEqual(['created', 'failed']);
    await store.events.publish(10);
    const [failed] = await store.events.list(owner, { limit: 1 });
    expect(failed!.data).toMatchObject({
      status: 'failed',
      error: { code: 'simulation_failed', message: 'would revert' },
    });
  });

  test('that go back into the queue are told of, and so is what comes of it', async () => {
    const { store, journal, words, chain } = await setUp();
    const [one, two] = await store.transaction(async (tx) => [
      await journal.submit(tx, {
        owner,
        type: 'a',
        network: 'base-sepolia',
        lane: 'account:base-sepolia:0xabc',
        calls: [],
      }),
      await journal.submit(tx, {
        owner,
        type: 'b',
        network: 'base-sepolia',
        lane: 'account:base-sepolia:0xabc',
        calls: [],
      }),
    ]);
    // One bad leg brings the batch down: both run again alone.
    chain.reverting.add(two!.id);
    journal.wake('account:base-sepolia:0xabc');
    await Promise.all([journal.wait(one!.id, 5_000), journal.wait(two!.id, 5_000)]);
    const told = await words();
    expect(told.slice(0, 6)).toEqual([
      'created',
      'created',
      'submitted',
      'submitted',
      'requeued',
      'requeued',
    ]);
    expect(told.slice(6).toSorted()).toEqual(['confirmed', 'failed', 'submitted', 'submitted']);
  });

  test('that lose their block are told of as reorged', async () => {
    const { store, journal, words, chain } = await setUp();
    const { id, lane } = await submit(store, journal, { owner });
    await journal.wait(id, 5_000);
    await journal.runLane(lane);
    chain.reorg(1);
    await until(async () => {
      await journal.sweep({ settled: true });
      await journal.runLane(lane);
      return (await words()).length === 5;
    });
    expect(await words()).toEqual(['created', 'submitted', 'confirmed', 'reorged', 'confirmed']);
  });

  test('are written with their event or not at all', async () => {
    const { store, journal, words } = await setUp();
    const writing = store.transaction(async (tx) => {
      await journal.submit(tx, {
        owner,
        type: 'a',
        network: 'base-sepolia',
        lane: 'account:base-sepolia:0xabc',
        calls: [],
      });
      throw new Error('no');
    });
    await expect(writing).rejects.toThrow('no');
    expect(await words()).toEqual([]);
  });

  test('that are outbid are told of with their new hash', async () => {
    const bump = async (s: Submission) => {
      if (s.replaces !== undefined) return null;
      return sign('user_operation', Number(s.nonce), [...s.legs], null, 2n);
    };
    const { store, journal, words, chain } = await setUp({ bump });
    chain.automine = false;
    const { id, lane } = await submit(store, journal, { owner });
    await until(async () => (await words()).includes('submitted'));
    journal.hurry(lane);
    await until(async () => (await words()).includes('replaced'));
    chain.mine();
    const done = await journal.wait(id, 5_000);
    expect(await words()).toEqual(['created', 'submitted', 'replaced', 'confirmed']);
    await store.events.publish(10);
    const hashes = (await store.events.list(owner, { limit: 10 })).map(({ data }) => data['user_op_hash']);
    const [, replaced, first] = hashes;
    expect(replaced).not.toBe(first);
    expect([first, replaced]).toContain(done.userOpHash);
  });

  test('are cancelled with their event, or not at all', async () => {
    const { store, database } = await setUp();
    let fails = true;
    const onChange = async () => {
      if (fails) throw new Error('no');
    };
    const journal = engine(store, { executors: {}, runsLanes: false, onChange });
    const { id } = await submit(store, journal, { owner });
    const cancel = () => journal.cancel(owner, id, { code: 'CANCELLED', message: 'x' });
    await expect(cancel()).rejects.toThrow('no');
    expect((await store.transactions.find(owner, id))?.status).toBe('pending');
    expect(await eventTypes(database)).toHaveLength(1);
    fails = false;
    expect(await cancel()).toMatchObject({ status: 'failed' });
    expect((await eventTypes(database)).map((told) => told.split(' ')[0])).toEqual([
      'transaction.created',
      'transaction.failed',
    ]);
    expect(await cancel()).toBeNull();
    expect(await eventTypes(database)).toHaveLength(2);
  });

  test('of others than tenants are told of at their end only', async () => {
    const { store, journal, words } = await setUp();
    const { id } = await submit(store, journal, { owner: 'client:one' });
    await journal.wait(id, 5_000);
    expect(await words()).toEqual(['confirmed']);
  });
});
