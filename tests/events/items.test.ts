import { describe, expect, test } from 'vitest';
import type { Address } from '#src/core/hex.ts';
import { createIndexer } from '#src/services/events/indexer.ts';
import { zeroAddress } from '#src/services/tokens/holdings.ts';
import { statusOf } from '#src/services/nfts/status.ts';
import { freshDatabase, kinds } from '#tests/journal/kit.ts';
import { address, alice, bob, fakeChain, network, owner, token } from './fake-chain.ts';

const move = (from: Address, to: Address, itemId: bigint, amount = 1n) => ({ from, to, itemId, amount });
const minted = (to: Address, itemId: bigint, amount?: bigint) => move(zeroAddress, to, itemId, amount);
const burned = (from: Address, itemId: bigint, amount?: bigint) => move(from, zeroAddress, itemId, amount);

describe.each(kinds)('items on %s', (kind) => {
  async function setUp() {
    const { database, store } = await freshDatabase(kind);
    await database.executeSql(
      `insert into platform_tokens (id, owner, network, address, treasury, standard, name, symbol, features,
        initial_supply, status, transaction_id, created_at, updated_at) values ('${token.id}', '${owner}', '${network}',
        '${address}', '${alice}', 'ERC721', 'A', 'A', '{}', 0, 'deployed', 'tx_a', now(), now())`,
    );
    const chain = fakeChain();
    const clock = { now: () => new Date() };
    const indexer = createIndexer({
      store,
      chain: chain.reader,
      listWatchedTokens: async () => [token],
      clock,
    });
    const read = async () => {
      while (await indexer.step(network));
    };
    const told = async () => {
      const { rows } = await database.executeSql(
        `select type || ' ' || (data->>'item_id') || ' ' || (data->>'status') as told from events
          where owner = '${owner}' and type like 'nft.%' order by seq`,
      );
      return rows.map((row) => String(row['told']));
    };
    const items = async () =>
      (await store.nfts.list(owner, { limit: 100 })).map((nft) => [
        Number(nft.itemId),
        statusOf(nft),
        nft.holder,
        nft.id,
      ]);
    await read();
    return { database, store, chain, read, told, items };
  }

  test('are known by their transfers, and told of as they come and go', async () => {
    const { chain, read, told, items } = await setUp();
    chain.mine(
      minted(alice, 1n),
      minted(alice, 2n),
      move(alice, bob, 1n),
      burned(alice, 2n),
      minted(bob, 2n),
    );
    chain.mine(burned(bob, 2n));
    await read();
    expect(await told()).toEqual([
      'nft.minted 1 minted',
      'nft.minted 2 minted',
      'nft.burned 2 burned',
      'nft.minted 2 minted',
      'nft.burned 2 burned',
    ]);
    const now = (await items()).map((one) => one.slice(0, 3));
    expect(now).toHaveLength(2);
    expect(now).toEqual(
      expect.arrayContaining([
        [1, 'minted', bob],
        [2, 'burned', null],
      ]),
    );
    chain.mine(minted(alice, 3n, 5n), minted(bob, 3n, 5n), burned(bob, 3n, 5n));
    await read();
    expect((await told()).slice(5)).toEqual(['nft.minted 3 minted']);
  });

  test('follow a reorg: taken back, and the same when they come again', async () => {
    const { chain, read, told, items } = await setUp();
    chain.mine(minted(alice, 1n));
    await read();
    const [[, , , id] = []] = await items();
    chain.mine(move(alice, bob, 1n), minted(bob, 2n));
    await read();
    chain.reorg(1);
    chain.mine(burned(alice, 1n));
    await read();
    expect(await items()).toEqual([[1, 'burned', null, id]]);
    chain.reorg(2);
    chain.mine();
    chain.mine();
    chain.mine();
    await read();
    expect(await items()).toEqual([]);
    chain.mine(minted(bob, 1n));
    await read();
    expect(await items()).toEqual([[1, 'minted', bob, id]]);
    expect(await told()).toEqual([
      'nft.minted 1 minted',
      'nft.minted 2 minted',
      'nft.reverted 2 pending',
      'nft.burned 1 burned',
      'nft.minted 1 minted',
    ]);
  });

  test('of a mint of ours that a reorg took back wait for it', async () => {
    const { store, chain, read, items } = await setUp();
    const nft = { id: 'nft_a', owner, network, tokenId: token.id, itemId: 9n, uri: null };
    expect(await store.nfts.expect([nft], 'tx_b', new Date())).toEqual([]);
    expect(await items()).toEqual([[9, 'pending', null, 'nft_a']]);
    expect(await store.nfts.expect([{ ...nft, id: 'nft_b' }], 'tx_c', new Date())).toMatchObject([
      { id: 'nft_a' },
    ]);
    chain.mine(minted(bob, 9n));
    await read();
    expect(await items()).toEqual([[9, 'minted', bob, 'nft_a']]);
    chain.reorg(1);
    chain.mine();
    chain.mine();
    await read();
    expect(await items()).toEqual([[9, 'pending', null, 'nft_a']]);
    await store.nfts.followMint('tx_b', 'failed', new Date());
    expect(await items()).toEqual([[9, 'failed', null, 'nft_a']]);
    expect(await store.nfts.expect([{ ...nft, id: 'nft_b' }], 'tx_c', new Date())).toEqual([]);
    await store.nfts.remint('tx_c', 'tx_d', new Date());
    expect(await store.nfts.find(owner, 'nft_a')).toMatchObject({ mint: 'pending', transactionId: 'tx_d' });
  });
});
