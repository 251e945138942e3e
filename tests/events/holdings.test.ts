import { describe, expect, test } from 'vitest';
import type { Address } from '#src/core/hex.ts';
import { createIndexer } from '#src/services/events/indexer.ts';
import { zeroAddress } from '#src/services/tokens/holdings.ts';
import { freshDatabase, kinds } from '#tests/journal/kit.ts';
import { alice, bob, fakeChain, network, token } from './fake-chain.ts';

const minted = (to: Address, amount: bigint, itemId: bigint | null = null) => ({
  from: zeroAddress,
  to,
  amount,
  itemId,
});

describe.each(kinds)('what accounts hold on %s', (kind) => {
  async function setUp() {
    const { store } = await freshDatabase(kind);
    const chain = fakeChain();
    const newIndexer = () =>
      createIndexer({
        store,
        chain: chain.reader,
        listWatchedTokens: async () => [token],
        clock: { now: () => new Date() },
      });
    const read = async (indexer = newIndexer()) => {
      while (await indexer.step(network));
    };
    const held = async (itemId: bigint | null = null) => {
      const of = { network, tokenId: token.id, itemId };
      const { holders, total, block } = await store.holdings.list(of, { limit: 100 });
      expect(total).toBe(holders.length);
      const balances = Object.fromEntries(holders.map(({ account, balance }) => [account, balance]));
      return { balances, block };
    };
    return { chain, read, held, newIndexer };
  }

  test('adds up what was read, and says up to which block', async () => {
    const { chain, read, held } = await setUp();
    expect(await held()).toEqual({ balances: {}, block: null });
    await read();
    chain.mine(minted(alice, 10n), { from: alice, to: bob, amount: 4n }, { from: bob, to: bob, amount: 1n });
    await read();
    expect(await held()).toEqual({
      balances: { [alice]: 6n, [bob]: 4n },
      block: await chain.reader.head(''),
    });
    chain.mine({ from: alice, to: zeroAddress, amount: 6n });
    await read();
    expect((await held()).balances).toEqual({ [bob]: 4n });
  });

  test('counts items for themselves and together', async () => {
    const { chain, read, held } = await setUp();
    await read();
    const huge = 2n ** 256n - 1n;
    chain.mine(minted(alice, 1n, 1n), minted(alice, 2n, 2n), minted(bob, 3n, 2n), minted(bob, huge, 0n));
    await read();
    expect((await held()).balances).toEqual({ [alice]: 3n, [bob]: 3n + huge });
    expect((await held(1n)).balances).toEqual({ [alice]: 1n });
    expect((await held(2n)).balances).toEqual({ [alice]: 2n, [bob]: 3n });
    expect((await held(7n)).balances).toEqual({});
  });

  test('follows a reorg: what is gone is taken back, what came instead counts', async () => {
    const { chain, read, held } = await setUp();
    chain.mine(minted(alice, 10n, 1n));
    await read();
    chain.mine({ from: alice, to: bob, amount: 10n, itemId: 1n });
    await read();
    expect((await held(1n)).balances).toEqual({ [bob]: 10n });
    chain.reorg(1);
    chain.mine({ from: alice, to: zeroAddress, amount: 3n, itemId: 1n });
    await read();
    for (const item of [null, 1n]) {
      const block = await chain.reader.head('');
      expect(await held(item)).toEqual({ balances: { [alice]: 7n }, block });
    }
    chain.reorg(2);
    chain.mine();
    chain.mine();
    chain.mine();
    await read();
    expect((await held()).balances).toEqual({});
  });

  test('is counted once, however many read at once', async () => {
    const { chain, read, held, newIndexer } = await setUp();
    await read();
    for (let n = 0; n < 6; n += 1) chain.mine(minted(alice, 1n, BigInt(n)));
    await Promise.all(Array.from({ length: 4 }, () => read(newIndexer())));
    expect((await held()).balances).toEqual({ [alice]: 6n });
  });
});
