import { randomBytes } from 'node:crypto';
import { bytesToHex, createWalletClient, getAddress, type Hex, http } from 'viem';
import { entryPoint07Abi, entryPoint07Address, toPackedUserOperation } from 'viem/account-abstraction';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Submission, Transaction } from '#src/core/journal.ts';
import type { AccountRecord } from '#src/core/ports/accounts.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { type ChainWorld, prepare, settled, startChainWorld } from './world.ts';

let world: ChainWorld;

beforeAll(async () => {
  world = await startChainWorld();
});

afterAll(() => world.stop());

const stranger = () => getAddress(bytesToHex(randomBytes(20)));
const usdc = () => world.localnet.addresses.usdc;

function transfer(from: AccountRecord, to: Hex, amount: bigint): Transaction {
  return world.transaction(from, world.tokens.transfer({ token: usdc(), from: from.address, to, amount }));
}

async function funded(amount: bigint): Promise<AccountRecord> {
  const account = await world.wallet();
  await setUsdc(world.localnet, account.address, amount);
  return account;
}

async function balance(address: Hex): Promise<bigint> {
  const { tokens } = await world.tokens.holdings(world.localnet.network, address, [usdc()]);
  return tokens[0]!.balance;
}

/** Moves tokens as if the account had another signer, so that what was simulated is no longer true. */
async function spendBehindItsBack(account: AccountRecord, amount: bigint): Promise<void> {
  const [call] = world.tokens.transfer({
    token: usdc(),
    from: account.address,
    to: stranger(),
    amount,
  }).calls;
  const request = (method: string, params: unknown[]) =>
    world.client.request({ method, params } as never) as Promise<Hex>;
  await request('anvil_setBalance', [account.address, '0xde0b6b3a7640000']);
  await request('anvil_impersonateAccount', [account.address]);
  const sent = { from: account.address, to: call!.to, data: call!.data };
  const hash = await request('eth_sendTransaction', [sent]);
  await world.client.waitForTransactionReceipt({ hash });
  await request('anvil_setBalance', [account.address, '0x0']);
}

/** Puts the operation on the chain without a bundler, which would have refused it. */
async function bundle(submission: Submission): Promise<void> {
  const { request } = JSON.parse(submission.raw) as { request: Record<string, Hex> };
  const numbers = Object.entries(request).map(([name, value]) => [
    name,
    /gas|nonce/i.test(name) ? BigInt(value) : value,
  ]);
  const bundler = createWalletClient({
    account: privateKeyToAccount(world.localnet.keys.deployer),
    chain: world.client.chain!,
    transport: http(world.localnet.rpcUrl),
  });
  await bundler.writeContract({
    abi: entryPoint07Abi,
    address: entryPoint07Address,
    functionName: 'handleOps',
    args: [[toPackedUserOperation(Object.fromEntries(numbers) as never)], bundler.account.address],
  });
}

async function run(transactions: Transaction[]) {
  const { submission, rejected } = await prepare(world, transactions);
  expect(rejected).toEqual([]);
  await world.executor.send(submission!);
  const outcome = await settled(world, submission!, transactions);
  if (outcome.state !== 'included') throw new Error(`outcome ${outcome.state}`);
  return { submission: submission!, outcome };
}

test('the address planned offline is the one the chain deploys, and it holds no native coin', async () => {
  const account = await funded(10n);
  const to = stranger();
  expect((await world.tokens.holdings(world.localnet.network, account.address, [])).deployed).toBe(false);

  const { submission, outcome } = await run([transfer(account, to, 3n)]);

  expect(outcome.legs).toMatchObject([{ success: true }]);
  expect(outcome.legs[0]!.sponsorCost).toBeGreaterThan(0n);
  expect(outcome.confirmations).toBeGreaterThanOrEqual(1);
  expect(submission.sender).toBe(account.address);
  expect(await balance(to)).toBe(3n);
  const after = await world.tokens.holdings(world.localnet.network, account.address, [usdc()]);
  expect(after).toMatchObject({ native: 0n, deployed: true });
  expect(after.tokens).toEqual([{ token: usdc(), symbol: 'USDC', decimals: 6, balance: 7n }]);
});

test('what is queued travels in one operation, in order', async () => {
  const account = await funded(10n);
  const [a, b] = [stranger(), stranger()];
  const legs = [transfer(account, a, 6n), transfer(account, account.address, 1n), transfer(account, b, 4n)];
  await run([transfer(account, account.address, 1n)]);
  const { outcome } = await run(legs);
  expect(outcome.legs.map((leg) => [leg.transactionId, leg.success])).toEqual(
    legs.map((leg) => [leg.id, true]),
  );
  expect([await balance(a), await balance(b)]).toEqual([6n, 4n]);
});

test('a leg that fails only after the others waits for its turn and is refused then, with its reason', async () => {
  const account = await funded(10n);
  const [first, tooMuch, last] = [6n, 5n, 4n].map((amount) => transfer(account, stranger(), amount));
  const { submission, rejected } = await prepare(world, [first!, tooMuch!, last!]);
  expect([submission!.legs, rejected]).toEqual([[first!.id], []]);
  await world.executor.send(submission!);
  await settled(world, submission!, [first!]);

  const next = await prepare(world, [tooMuch!, last!]);

  expect(next.submission!.legs).toEqual([last!.id]);
  expect(next.rejected).toMatchObject([
    {
      id: tooMuch!.id,
      error: {
        code: 'USER_OPERATION_FAILED',
        reason: 'EXECUTION_REVERTED',
        revertReason: 'ERC20: transfer amount exceeds balance',
      },
    },
  ]);
});

test('sending the same bytes again changes nothing, before and after inclusion', async () => {
  const account = await funded(10n);
  const to = stranger();
  const legs = [transfer(account, to, 1n)];
  const { submission } = await prepare(world, legs);
  await Promise.all([world.executor.send(submission!), world.executor.send(submission!)]);
  await settled(world, submission!, legs);
  await world.executor.send(submission!);
  expect(await balance(to)).toBe(1n);
  const again = await world.executor.check(submission!, legs);
  expect(again).toMatchObject({ state: 'included', legs: [{ success: true }] });
});

test('a second operation of the same nonce is dead as soon as the first one is in', async () => {
  const account = await funded(10n);
  const legs = [transfer(account, stranger(), 1n)];
  const other = [transfer(account, stranger(), 2n)];
  const { submission: first } = await prepare(world, legs);
  const { submission: second } = await prepare(world, other);
  await world.executor.send(first!);
  await settled(world, first!, legs);
  await world.client.request({ method: 'evm_mine' } as never);
  expect(await settled(world, second!, other)).toMatchObject({ state: 'dead', reason: 'replaced' });
});

test('an operation that was never sent expires by the time of the chain', async () => {
  const account = await funded(10n);
  const legs = [transfer(account, stranger(), 1n)];
  const { submission } = await prepare(world, legs);
  expect(await world.executor.check(submission!, legs)).toEqual({ state: 'pending' });
  const expired: Submission = { ...submission!, validUntil: Math.floor(Date.now() / 1000) - 3600 };
  expect(await world.executor.check(expired, legs)).toMatchObject({ state: 'dead', reason: 'expired' });
});

test('a batch that reverts in its block ran no leg, and its legs may try alone', async () => {
  const account = await funded(10n);
  const legs = [transfer(account, stranger(), 4n), transfer(account, stranger(), 6n)];
  await run([transfer(account, account.address, 1n)]);
  const { submission } = await prepare(world, legs);
  await spendBehindItsBack(account, 5n);
  await bundle(submission!);
  const outcome = await settled(world, submission!, legs);
  expect(outcome).toMatchObject({
    state: 'included',
    legs: [
      { success: false, retryAlone: true, error: { reason: 'EXECUTION_REVERTED' } },
      { success: false, retryAlone: true },
    ],
  });
});

/** Gas GAS SSTORE, twenty times: 442,000 gas for slots never used before. */
const dear: Hex = `0x${'5a5a55'.repeat(20)}00`;

test.each([
  ['became too dear for its gas until its block may be tried once more', dear, true],
  ['reverts without a word is failed', '0x60006000fd', false],
] as const)('a lone call that %s', async (_, code, again) => {
  const account = await funded(1n);
  const target = stranger();
  const become = (bytes: Hex) =>
    world.client.request({ method: 'anvil_setCode', params: [target, bytes] } as never);
  await become('0x00');
  const calls = [{ to: target, data: '0x', value: 0n }] as const;
  const legs = [world.transaction(account, { calls: [...calls], expect: [] })];
  const { submission } = await prepare(world, legs);
  await become(code);
  await bundle(submission!);
  const outcome = await settled(world, submission!, legs);
  expect(outcome).toMatchObject({ legs: [{ success: false, error: { reason: 'EXECUTION_REVERTED' } }] });
  expect(outcome.state === 'included' && outcome.legs[0]?.retryAlone === true).toBe(again);
  if (!again) return;
  const next = await prepare(world, legs);
  await world.executor.send(next.submission!);
  expect(await settled(world, next.submission!, legs)).toMatchObject({ legs: [{ success: true }] });
});

test('what others make dearer by two checkpoints and a new balance does not fail for want of gas', async () => {
  const account = await funded(1n);
  const target = stranger();
  const become = (bytes: Hex) =>
    world.client.request({ method: 'anvil_setCode', params: [target, bytes] } as never);
  await become('0x00');
  const legs = [world.transaction(account, { calls: [{ to: target, data: '0x', value: 0n }], expect: [] })];
  const { submission } = await prepare(world, legs);
  await become(`0x${'5a5a55'.repeat(2)}00`);
  await bundle(submission!);
  expect(await settled(world, submission!, legs)).toMatchObject({ legs: [{ success: true }] });
});

test('a voucher mints once; the second redemption says why it reverts', async () => {
  const { network, addresses } = world.localnet;
  const minter = await world.wallet();
  const recipient = stranger();
  const voucher = {
    token: addresses.token,
    recipient,
    amount: 25n,
    receipt: world.vouchers.receiptOf('client_1', 'receipt-1'),
    deadline: BigInt(Math.floor(Date.now() / 1000) + 3600),
  };
  const signature = await world.vouchers.sign(network, voucher);
  expect(await world.vouchers.redeemedBy(network, voucher)).toBeNull();

  await run([world.transaction(minter, world.vouchers.redemption(network, voucher, signature))]);

  expect(await world.vouchers.redeemedBy(network, voucher)).toEqual({
    txHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    settled: true,
  });
  const { rejected, submission } = await prepare(world, [
    world.transaction(minter, world.vouchers.redemption(network, voucher, signature)),
  ]);
  expect(submission).toBeNull();
  expect(rejected[0]!.error.revertReason).toBe(`VoucherUsed(${voucher.receipt})`);
});
