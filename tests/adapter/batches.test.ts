import { createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { executeMint, signMint } from '#schemas/adapter/mint.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type Client, final, newClient, newReceipt, newUser, type Transaction } from './kit.ts';

/** Takes requests only: what it accepts waits in one queue until a test runs the lanes. */
let world: TestApp;
let client: Client;

beforeAll(async () => {
  world = await bootApp({ env: { ROLE: 'api' } });
});

afterAll(() => world.close());

beforeEach(async () => {
  client = await newClient(world);
});

type Accepted = { user: string; receiptId: string; id: string };

/** Mints of 1 to as many users, all in the queue of their client's minter. */
const queue = (count: number): Promise<Accepted[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const [user, receiptId] = [newUser(), newReceipt()];
      const headers = client.as(user);
      await call(world.app, signMint, { headers, body: { receiptId, amount: '1' } });
      const { body } = await call(world.app, executeMint, { headers, body: { receiptId } });
      return { user, receiptId, id: body.transaction.id };
    }),
  );

/** Runs the lanes until all of it is final, and no longer: what is queued next must wait for the next run. */
async function run(accepted: readonly Accepted[]): Promise<Transaction[]> {
  const lanes = await bootApp({ replicaOf: world, env: { ROLE: 'worker' } });
  try {
    return await Promise.all(accepted.map(({ user, id }) => final(lanes, client, user, id)));
  } finally {
    await lanes.close();
  }
}

const operationsOf = (ends: readonly Transaction[]) => new Set(ends.map(({ userOpHash }) => userOpHash)).size;
const confirmed = (ends: readonly Transaction[]) =>
  ends.filter(({ status }) => status === 'confirmed').length;
const gasEach = (ends: readonly Transaction[]) =>
  ends.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0) / ends.length;

test('what is queued mints in one operation: 10 take less than half the gas each, 50 less still', async () => {
  // The first operation deploys the minter.
  await run(await queue(1));
  const alone = await run(await queue(1));
  const ten = await run(await queue(10));
  const fifty = await run(await queue(50));
  expect([alone, ten, fifty].map(confirmed)).toEqual([1, 10, 50]);
  expect([alone, ten, fifty].map(operationsOf)).toEqual([1, 1, 1]);
  const gas = { alone: gasEach(alone), ten: gasEach(ten), fifty: gasEach(fifty) };
  expect(gas.ten / gas.alone).toBeLessThan(0.5);
  expect(gas.fifty / gas.ten).toBeLessThan(0.95);
}, 120_000);

test('more than one operation may carry travels in the next one', async () => {
  const ends = await run(await queue(60));
  expect([confirmed(ends), operationsOf(ends)]).toEqual([60, 2]);
}, 60_000);

test('a leg that can only fail does so alone, with its reason; the others go through together', async () => {
  const accepted = await queue(12);
  const { user, receiptId, id } = accepted[5]!;
  await redeemPastTheApi(user, receiptId);
  const ends = await run(accepted);
  const others = ends.filter((end) => end.id !== id);
  expect([confirmed(others), operationsOf(others)]).toEqual([11, 1]);
  expect(ends[5]).toMatchObject({
    status: 'failed',
    userOpHash: null,
    error: { reason: 'EXECUTION_REVERTED', revertReason: expect.stringMatching(/^VoucherUsed\(0x/) },
  });
});

/** Redeems the voucher of a queued mint as anybody could who has seen it. */
async function redeemPastTheApi(userId: string, receiptId: string): Promise<void> {
  const { calls } = (await world.database.database
    .executeSql(
      `select calls from transactions where meta->>'receiptId' = '${receiptId}' and user_id = '${userId}'`,
    )
    .then(({ rows }) => rows[0])) as { calls: { to: `0x${string}`; data: `0x${string}` }[] };
  const chain = createLocalnetClient(world.localnet.rpcUrl);
  const stranger = createWalletClient({
    account: privateKeyToAccount(world.localnet.keys.deployer),
    chain: chain.chain,
    transport: http(world.localnet.rpcUrl),
  });
  const { to, data } = calls[0]!;
  await chain.waitForTransactionReceipt({ hash: await stranger.sendTransaction({ to, data }) });
}
