import { describe, expect, test } from 'vitest';
import { createIndexer } from '#src/services/events/indexer.ts';
import { freshDatabase, intent, kinds } from '#tests/journal/kit.ts';
import { address, alice, bob, fakeChain, hashOf, network, owner, token } from './fake-chain.ts';

describe.each(kinds)('the indexer of transfers on %s', (kind) => {
  async function setUp() {
    const { database, store } = await freshDatabase(kind);
    const chain = fakeChain();
    const newIndexer = () =>
      createIndexer({
        store,
        chain: chain.reader,
        listWatchedTokens: async () => [token],
        clock: { now: () => new Date() },
      });
    const readAll = async (indexer = newIndexer()) => {
      while (await indexer.step(network));
    };
    const told = async () => {
      const { rows } = await database.executeSql(
        `select type || ' ' || (data->>'tx_hash') as told from events where owner = '${owner}' order by seq`,
      );
      return rows.map((row) => String(row['told']));
    };
    await readAll();
    return { database, store, chain, newIndexer, readAll, told };
  }

  test('tells of each transfer once, in the order of the chain, also after a restart', async () => {
    const { chain, readAll, told, store } = await setUp();
    const [a, b] = chain.mine({}, {});
    await readAll();
    await readAll();
    chain.mine();
    const [c] = chain.mine({});
    await readAll();
    expect(await told()).toEqual([a, b, c].map((log) => `token.transferred ${log!.txHash}`));
    await store.events.publish(10);
    const [event] = await store.events.list(owner, { limit: 1 });
    expect(event?.data).toEqual({
      object: 'token_transfer',
      token_id: 'tok_a',
      network,
      contract_address: address,
      from: alice,
      to: bob,
      amount: '7',
      item_id: null,
      tx_hash: c!.txHash,
      block_number: Number(c!.blockNumber),
      block_hash: c!.blockHash,
      log_index: 0,
    });
  });

  test('replicas that read at once tell of each transfer once', async () => {
    const { chain, newIndexer, readAll, told } = await setUp();
    const logs = Array.from({ length: 8 }, () => chain.mine({})).flat();
    await Promise.all(Array.from({ length: 4 }, () => readAll(newIndexer())));
    expect(await told()).toEqual(logs.map((log) => `token.transferred ${log.txHash}`));
  });

  test('takes back what a reorg undoes, and tells of what came instead', async () => {
    const { chain, readAll, told } = await setUp();
    const [kept] = chain.mine({});
    await readAll();
    const [gone] = chain.mine({});
    await readAll();
    const [later] = chain.mine({});
    await readAll();
    chain.reorg(2);
    const [again] = chain.mine({ txHash: gone!.txHash });
    const [fresh] = chain.mine({});
    await readAll();
    expect(await told()).toEqual([
      `token.transferred ${kept!.txHash}`,
      `token.transferred ${gone!.txHash}`,
      `token.transferred ${later!.txHash}`,
      `token.transfer_reverted ${gone!.txHash}`,
      `token.transfer_reverted ${later!.txHash}`,
      `token.transferred ${again!.txHash}`,
      `token.transferred ${fresh!.txHash}`,
    ]);
    await readAll();
    expect(await told()).toHaveLength(7);
  });

  test('waits for a node that lags, and for a chain that is shorter than before', async () => {
    const { chain, readAll, told } = await setUp();
    const [a] = chain.mine({});
    await readAll();
    chain.lag = 1;
    await readAll();
    chain.lag = 0;
    chain.reorg(1);
    await readAll();
    expect(await told()).toEqual([`token.transferred ${a!.txHash}`]);
    const [b] = chain.mine({});
    await readAll();
    expect(await told()).toEqual([
      `token.transferred ${a!.txHash}`,
      `token.transfer_reverted ${a!.txHash}`,
      `token.transferred ${b!.txHash}`,
    ]);
  });

  test('a chain that turns while it is read is read again', async () => {
    const { chain, newIndexer, readAll, told } = await setUp();
    chain.mine({});
    const { logs } = chain.reader;
    let turned = false;
    chain.reader.logs = async (...range) => {
      const found = await logs(...range);
      if (!turned) {
        turned = true;
        chain.reorg(1);
        chain.mine();
      }
      return found;
    };
    await newIndexer().step(network);
    expect(await told()).toEqual([]);
    await readAll();
    expect(await told()).toEqual([]);
  });

  test('what the owner did by a transaction of ours is told of by that alone; what others did by ours is not', async () => {
    const { chain, readAll, told, store, database } = await setUp();
    const [own, others] = [hashOf('own'), hashOf('others')];
    for (const [hash, of] of [
      [own, owner],
      [others, 'tenant:ten_b:test'],
    ] as const) {
      const { id } = await store.transactions.insert(intent({ owner: of }), new Date());
      await database.executeSql(
        `insert into submissions (id, lane, network, kind, hash, raw, sender, nonce, max_fee_per_gas,
          max_priority_fee_per_gas, state, epoch, created_at) values ('sub_${of}', 'l', '${network}', 'user_operation',
          decode('${hash.slice(2)}', 'hex'), '', '${alice}', 0, 0, 0, 'sent', 1, now())`,
      );
      await database.executeSql(
        `insert into submission_legs (submission_id, position, transaction_id) values ('sub_${of}', 0, '${id}')`,
      );
    }
    const [, byOthers, byNobody] = chain.mine({ userOpHash: own }, { userOpHash: others }, {});
    const [direct] = chain.mine({ txHash: own });
    const [, , handed] = chain.mineControls(own, others);
    const ofOthers = [byOthers!, byNobody!, handed].map(({ txHash }) => txHash);
    await readAll();
    const lines = (await told()).filter((line) => ofOthers.some((hash) => line.endsWith(hash)));
    expect(lines).toEqual([
      `token.transferred ${byOthers!.txHash}`,
      `token.transferred ${byNobody!.txHash}`,
      `token.ownership_transferred ${handed.txHash}`,
    ]);
    // The other one is the transfer between the two.
    expect(await told()).toHaveLength(lines.length + 1);
    chain.reorg(3);
    chain.mine();
    chain.mine();
    chain.mine();
    await readAll();
    expect((await told()).filter((line) => line.includes(direct!.txHash))).toEqual([]);
    expect((await told()).length).toBe(8);
  });

  test('roles and owners: told of once among the transfers, in the order of the chain, and taken back', async () => {
    const { chain, readAll, told, store } = await setUp();
    const [granted, moved, handed] = chain.mineControls();
    await readAll();
    await readAll();
    const first = [
      `token.role_granted ${granted.txHash}`,
      `token.transferred ${moved.txHash}`,
      `token.ownership_transferred ${handed.txHash}`,
    ];
    expect(await told()).toEqual(first);
    expect(await store.tokenControls.listAccounts('tok_a')).toEqual([alice]);
    await store.events.publish(10);
    const [, , event] = await store.events.list(owner, { limit: 3 });
    expect(event?.data).toEqual({
      object: 'token_control',
      change: 'role_granted',
      token_id: 'tok_a',
      network,
      contract_address: address,
      role: 'MINTER_ROLE',
      account: alice,
      by: bob,
      tx_hash: granted.txHash,
      block_number: Number(granted.blockNumber),
      block_hash: granted.blockHash,
      log_index: 0,
    });
    chain.reorg(1);
    chain.mine();
    await readAll();
    expect(await told()).toEqual([
      ...first,
      `token.control_reverted ${granted.txHash}`,
      `token.transfer_reverted ${moved.txHash}`,
      `token.control_reverted ${handed.txHash}`,
    ]);
    expect(await store.tokenControls.listAccounts('tok_a')).toEqual([]);
  });

  test('reads a long way in several looks', async () => {
    const { chain, newIndexer, told } = await setUp();
    const logs = Array.from({ length: 2_500 }, (_, n) => chain.mine(...(n % 500 === 0 ? [{}] : []))).flat();
    const indexer = newIndexer();
    chain.asked = 0;
    while (await indexer.step(network));
    expect(chain.asked).toBe(3);
    expect(await told()).toEqual(logs.map((log) => `token.transferred ${log.txHash}`));
  });
});
