import { describe, expect, test } from 'vitest';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { engine, freshDatabase, kinds, lane, submit } from './kit.ts';

describe.each(kinds)('one write on %s', (kind) => {
  test('is committed, signed, sent, confirmed and told', async () => {
    const { store } = await freshDatabase(kind);
    const chain = createFakeChain();
    const journal = engine(store, { executors: { account: createFakeExecutor({ chain }) } });
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
    await journal.runLane(lane);
  });
});
