import { erc20Abi, parseAbi } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transferTokens, createWallet } from '#schemas/adapter/wallet.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Client, final, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let client: Client;
let chain: LocalnetClient;
let usdc: `0x${string}`;

beforeAll(async () => {
  world = await bootApp();
  client = await newClient(world);
  chain = createLocalnetClient(world.localnet.rpcUrl);
  usdc = world.localnet.addresses.usdc;
});

afterAll(() => world.close());

const held = (holder: `0x${string}`) =>
  chain.readContract({ abi: erc20Abi, address: usdc, functionName: 'balanceOf', args: [holder] });

async function fundedUser(amount: bigint): Promise<string> {
  const user = newUser();
  await setUsdc(world.localnet, await walletOf(world, client, user), amount);
  return user;
}

const transfer = (user: string, body: object, headers: Record<string, string> = {}) =>
  attempt(world.app, transferTokens, { headers: client.as(user, headers), body: { token: usdc, ...body } });
const idOf = ({ body }: Awaited<ReturnType<typeof transfer>>) => (body['transaction'] as { id: string }).id;

test('parallel transfers of one user all arrive, few operations carry them, in order', async () => {
  const user = await fundedUser(100n);
  const receiver = newUser();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => transfer(user, { toUserId: receiver, amount: String(i + 1) })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202));
  const done = await Promise.all(answers.map((answer) => final(world, client, user, idOf(answer))));
  expect(done.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'confirmed'));
  expect(await held(await walletOf(world, client, receiver))).toBe(78n);
  const operations = new Set(done.map(({ userOpHash }) => userOpHash));
  expect(operations.size).toBeLessThan(6);
});

test('more is asked for than there is: refused before it is written down', async () => {
  const user = await fundedUser(10n);
  const refused = await transfer(user, { toUserId: newUser(), amount: '11' });
  expect([refused.status, refused.body]).toMatchObject([
    422,
    { error: { code: 'INSUFFICIENT_BALANCE', details: { token: usdc, balance: '10', required: '11' } } },
  ]);
});

test('transfers that only together are too much: those that fit go through, the rest fails and says why', async () => {
  const user = await fundedUser(10n);
  const receiver = newUser();
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => transfer(user, { toUserId: receiver, amount: '4' })),
  );
  const done = await Promise.all(answers.map((answer) => final(world, client, user, idOf(answer))));
  expect(done.map(({ status }) => status).toSorted()).toEqual(['confirmed', 'confirmed', 'failed']);
  expect(done.find(({ status }) => status === 'failed')?.error).toMatchObject({
    code: 'USER_OPERATION_FAILED',
    reason: 'EXECUTION_REVERTED',
    revertReason: 'ERC20: transfer amount exceeds balance',
  });
  expect(await held(await walletOf(world, client, receiver))).toBe(8n);
});

test('the wallet of a receiving user is made on the way and is the one that create answers later', async () => {
  const user = await fundedUser(10n);
  const receiver = newUser();
  const answer = await transfer(user, { toUserId: receiver, amount: '3' });
  const { wallet } = (await call(world.app, createWallet, { headers: client.as(receiver) })).body;
  expect(wallet.isNew).toBe(false);
  expect(await final(world, client, user, idOf(answer))).toMatchObject({ to: wallet.address });
  expect(await held(wallet.address as `0x${string}`)).toBe(3n);
});

test('an idempotency key makes a transfer happen once; another request under it is a conflict', async () => {
  const user = await fundedUser(10n);
  const receiver = newUser();
  const key = { 'x-idempotency-key': newReceipt() };
  const send = () => transfer(user, { toUserId: receiver, amount: '4' }, key);
  const answers = await Promise.all(Array.from({ length: 8 }, send));
  expect(new Set(answers.map(idOf)).size).toBe(1);
  await final(world, client, user, idOf(answers[0]!));
  const late = await send();
  expect([late.status, late.headers['idempotent-replayed'], idOf(late)]).toEqual([
    202,
    'true',
    idOf(answers[0]!),
  ]);
  expect(await held(await walletOf(world, client, receiver))).toBe(4n);
  const other = { token: usdc, toUserId: receiver, amount: '5' };
  const conflict = await outcome(world.app, transferTokens, { headers: client.as(user, key), body: other });
  expect(conflict).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
});

test('the key counts under the standard name of its header, too; two that differ are refused', async () => {
  const user = await fundedUser(10n);
  const receiver = newUser();
  const key = newReceipt();
  const send = (headers: Record<string, string>) =>
    transfer(user, { toUserId: receiver, amount: '4' }, headers);
  const first = await send({ 'idempotency-key': key });
  expect(idOf(await send({ 'x-idempotency-key': key }))).toBe(idOf(first));
  expect(idOf(await send({ 'x-idempotency-key': key, 'idempotency-key': key }))).toBe(idOf(first));
  await final(world, client, user, idOf(first));
  expect(await held(await walletOf(world, client, receiver))).toBe(4n);
  const headers = client.as(user, { 'x-idempotency-key': key, 'idempotency-key': newReceipt() });
  const body = { token: usdc, toUserId: receiver, amount: '4' };
  expect(await outcome(world.app, transferTokens, { headers, body })).toEqual([400, 'VALIDATION_ERROR']);
});

/** Circle's token refuses accounts that its issuer has listed. */
async function listed(functionName: 'blacklist' | 'unBlacklist', account: `0x${string}`): Promise<void> {
  const hash = await chain.writeContract({
    account: privateKeyToAccount(world.localnet.keys.usdcMinter),
    abi: parseAbi(['function blacklist(address account)', 'function unBlacklist(address account)']),
    address: usdc,
    functionName,
    args: [account],
  });
  await chain.waitForTransactionReceipt({ hash });
}

test('a transfer that the token would revert is refused with its reason, its key is free again', async () => {
  const user = await fundedUser(10n);
  const to = await walletOf(world, client, newUser());
  const headers = client.as(user, { 'x-idempotency-key': newReceipt() });
  const body = { token: usdc, to, amount: '10' };
  await listed('blacklist', to);
  const refused = await attempt(world.app, transferTokens, { headers, body });
  await listed('unBlacklist', to);
  expect([refused.status, refused.body]).toMatchObject([
    500,
    {
      error: {
        code: 'USER_OPERATION_FAILED',
        details: { revertReason: 'Blacklistable: account is blacklisted' },
      },
    },
  ]);
  const again = await call(world.app, transferTokens, { headers, body });
  expect(await final(world, client, user, again.body.transaction.id)).toMatchObject({ status: 'confirmed' });
});
