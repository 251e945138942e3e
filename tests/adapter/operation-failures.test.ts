import { erc20Abi, type Hex, zeroAddress } from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { scrape } from '#tests/kit/metrics.ts';
import { drainPaymaster, sender } from './deposit.ts';
import { type Client, final, mintTo, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';
import { ownChain, type OwnChain } from './own-chain.ts';

let own: OwnChain;
let world: TestApp;
let client: Client;
let user: string;

beforeAll(async () => {
  own = await ownChain();
  world = await own.boot({ env: { OPERATION_PATIENCE_MS: '1500' } });
  client = await newClient(world);
  user = newUser();
  await setUsdc(own.localnet, await walletOf(world, client, user), 1_000n);
  await mintTo(world, client, user, 1n);
});

afterEach(() => {
  own.rpc.rule = () => 'pass';
  own.bundler.rule = () => 'pass';
  own.paymaster.rule = () => 'pass';
});

afterAll(async () => {
  await world.close();
  await own.stop();
});

const transfer = async (amount = '1') => {
  const body = { toUserId: newUser(), token: own.localnet.addresses.usdc, amount };
  const answer = await call(world.app, transferTokens, { headers: client.as(user), body });
  return answer.body.transaction.id;
};
const signed = async (receiptId = newReceipt()) => {
  const given = { headers: client.as(user), body: { receiptId, amount: '3' } };
  return (await call(world.app, signMint, given)).body.voucher;
};
const execute = async (receiptId: string) =>
  (await call(world.app, executeMint, { headers: client.as(user), body: { receiptId } })).body.transaction.id;
const end = (id: string) => final(world, client, user, id);
const failed = (reason: string) => ({
  status: 'failed',
  userOpHash: null,
  txHash: null,
  error: { code: 'USER_OPERATION_FAILED', reason },
});

test('a paymaster that denies: the write fails with its class, nothing is signed, its words stay inside', async () => {
  const secret = 'account 42 of project x is over its limit';
  own.paymaster.rule = () => ({ error: { code: -32001, message: secret } });
  const done = await end(await transfer());
  expect(done).toMatchObject(failed('PAYMASTER_REJECTED'));
  expect(JSON.stringify(done)).not.toContain('project x');
});

test('a node too busy to simulate delays: what it has not judged is not refused', async () => {
  const { receiptId } = await signed();
  own.bundler.rule = () => 'drop';
  const accepted = await transfer();
  let refused = 0;
  own.rpc.rule = ({ method, params }) => {
    if (method !== 'eth_call' || !(params[0] as { from?: Hex }).from) return 'pass';
    refused += 1;
    return { error: { code: 429, message: 'Too Many Requests' } };
  };
  own.bundler.rule = () => 'pass';
  const given = { headers: client.as(user), body: { receiptId } };
  expect(await outcome(world.app, executeMint, given)).toEqual([503, 'CHAIN_UNAVAILABLE']);
  const before = refused;
  // The lane has met it, more than once.
  await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(before + 10);
  own.rpc.rule = () => 'pass';
  expect(await end(accepted)).toMatchObject({ status: 'confirmed' });
  expect(await end(await execute(receiptId))).toMatchObject({ status: 'confirmed' });
});

test('a paymaster that denies only the final sponsorship: the same', async () => {
  own.paymaster.rule = ({ method }) =>
    method === 'pm_getPaymasterData' ? { error: { code: -32001, message: 'denied' } } : 'pass';
  expect(await end(await transfer())).toMatchObject(failed('PAYMASTER_REJECTED'));
});

/** What has reached an account in single transfers of a token. */
async function received(address: Hex, from: Hex, to: Hex): Promise<bigint[]> {
  const query = { abi: erc20Abi, eventName: 'Transfer', address, fromBlock: 0n, strict: true } as const;
  const logs = await own.chain.getContractEvents({ ...query, args: { from, to } });
  return logs.map(({ args }) => args.value);
}

test('a paymaster out of deposit: writes wait for a while, then fail and say why; filled again, all goes on', async () => {
  const wallet = await walletOf(world, client, user);
  const { token, usdc } = own.localnet.addresses;
  const receiver = newUser();
  const send = (key: string) => ({
    headers: client.as(user, { 'x-idempotency-key': key }),
    body: { toUserId: receiver, token: usdc, amount: '7' },
  });
  const { receiptId } = await signed();
  const mint = (key: string) => ({
    headers: client.as(user, { 'x-idempotency-key': key }),
    body: { receiptId },
  });
  const minted = await received(token, zeroAddress, wallet);

  const refill = await drainPaymaster(own);
  const accepted = [
    (await call(world.app, transferTokens, send('send'))).body.transaction.id,
    (await call(world.app, executeMint, mint('mint'))).body.transaction.id,
  ];
  const failures = await Promise.all(accepted.map(end));
  for (const one of failures) expect(one).toMatchObject(failed('PAYMASTER_DEPOSIT_TOO_LOW'));
  const waiting = (await call(world.app, transferTokens, send('waiting'))).body.transaction.id;
  await refill();
  expect(await end(waiting)).toMatchObject({ status: 'confirmed' });

  // The keys keep telling of the failure and move nothing; the one that waited tells of its success.
  const replays = [
    await call(world.app, transferTokens, send('send')),
    await call(world.app, executeMint, mint('mint')),
    await call(world.app, transferTokens, send('waiting')),
  ];
  expect(replays.map(({ headers }) => headers['idempotent-replayed'])).toEqual(['true', 'true', 'true']);
  expect(replays.map(({ body }) => body.transaction)).toEqual([...failures, await end(waiting)]);
  // A new key tries again; however often it is asked, each happens once.
  const again = await Promise.all(
    [1, 2, 3].flatMap(() => [
      attempt(world.app, transferTokens, send('send-again')),
      attempt(world.app, executeMint, mint('mint-again')),
    ]),
  );
  expect(again.map(({ status }) => status)).toEqual(again.map(() => 202));
  const ids = new Set(again.map(({ body }) => (body['transaction'] as { id: string }).id));
  expect(ids.size).toBe(2);
  for (const id of ids) expect(await end(id)).toMatchObject({ status: 'confirmed' });
  expect(await outcome(world.app, executeMint, mint('mint-once-more'))).toEqual([
    409,
    'RECEIPT_ALREADY_MINTED',
  ]);
  expect(await received(usdc, wallet, await walletOf(world, client, receiver))).toEqual([7n, 7n]);
  expect(await received(token, zeroAddress, wallet)).toEqual([...minted, 3n]);
});

test('a call that reverts in its block: failed with hash, block, cost and the custom error by name', async () => {
  const { receiptId, typedData, signature } = await signed();
  const { message, domain } = typedData;
  let redeemed: Hex | null = null;
  own.bundler.rule = async ({ method, params }) => {
    if (method !== 'eth_sendUserOperation') return 'pass';
    own.bundler.rule = () => 'pass';
    redeemed = await sender(own, own.localnet.keys.deployer).writeContract({
      abi: mintVouchersAbi,
      address: domain.verifyingContract as Hex,
      functionName: 'redeem',
      args: [
        { ...message, amount: BigInt(message.amount), deadline: BigInt(message.deadline) } as never,
        signature as Hex,
      ],
    });
    await own.chain.waitForTransactionReceipt({ hash: redeemed });
    await own.bundle(params[0] as Record<string, Hex>);
    return { result: '0x' };
  };
  const done = await end(await execute(receiptId));
  expect(done).toMatchObject({
    status: 'failed',
    userOpHash: expect.stringMatching(/^0x/),
    txHash: expect.stringMatching(/^0x/),
    blockNumber: expect.any(Number),
    error: {
      code: 'USER_OPERATION_FAILED',
      reason: 'EXECUTION_REVERTED',
      revertReason: `VoucherUsed(${message.receipt})`,
    },
  });
  expect(BigInt(done.sponsorCost!)).toBeGreaterThan(0n);
  // The chain says that the receipt did mint, if not by this operation.
  const given = { headers: client.as(user), params: { receiptId } };
  const { mint } = (await call(world.app, getMintStatus, given)).body;
  expect(mint).toMatchObject({ status: 'minted', txHash: redeemed, transactionId: null });
});

/** The gauges of user operations: queue, in flight, age of the oldest. */
async function gauges(): Promise<(number | undefined)[]> {
  const seen = await scrape(world);
  const name = (word: string) => `chronos_operation_${word}{network="base-sepolia"}`;
  return ['queue', 'in_flight', 'oldest_seconds'].map((word) => seen.get(name(word)));
}

test('metrics tell what waits for its account, what is in flight, and the age of the oldest', async () => {
  await expect.poll(gauges, { timeout: 10_000 }).toEqual([0, 0, 0]);
  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? { result: '0x' } : 'pass');
  const ids = [await transfer()];
  await expect.poll(gauges, { timeout: 10_000 }).toEqual([0, 1, expect.any(Number)]);
  ids.push(await transfer(), await transfer());
  await expect.poll(gauges, { timeout: 10_000 }).toEqual([2, 1, expect.any(Number)]);
  const [, , oldest] = await gauges();
  expect(oldest).toBeGreaterThan(0);
  expect(oldest).toBeLessThan(30);
  own.bundler.rule = () => 'pass';
  for (const id of ids) expect(await end(id)).toMatchObject({ status: 'confirmed' });
  await expect.poll(gauges, { timeout: 10_000 }).toEqual([0, 0, 0]);
});

test('what no block takes is signed anew once it has expired, then fails as a receipt time-out', async () => {
  // A bundler that takes everything and forgets it.
  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? { result: '0x' } : 'pass');
  const id = await transfer();
  const hashes = new Set<string | null>([null]);
  const look = async () => {
    const given = { headers: client.as(user), params: { id } };
    const { status, userOpHash } = (await call(world.app, getTransaction, given)).body.transaction;
    if (!hashes.has(userOpHash)) {
      hashes.add(userOpHash);
      await own.ask('evm_increaseTime', 400);
      await own.ask('evm_mine');
    }
    return status;
  };
  await expect.poll(look, { timeout: 25_000 }).toBe('failed');
  expect(hashes.size).toBe(3);
  expect(await end(id)).toMatchObject({
    error: { code: 'USER_OPERATION_FAILED', reason: 'RECEIPT_TIMEOUT' },
  });
});
