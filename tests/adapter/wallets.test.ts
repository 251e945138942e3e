import { getCode } from 'viem/actions';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  createWallet,
  getBalance,
  getWallet,
  listWalletTransactions,
  transferTokens,
} from '#schemas/adapter/wallet.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { networkWith } from './gate.ts';
import { bearer, type Client, final, mintTo, newClient, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let client: Client;
let chain: LocalnetClient;

beforeAll(async () => {
  world = await bootApp();
  client = await newClient(world);
  chain = createLocalnetClient(world.localnet.rpcUrl);
});

afterAll(() => world.close());

test('fifty first calls at once, on two replicas, make one wallet', async () => {
  const replica = await bootApp({ replicaOf: world });
  const user = newUser();
  const calls = Array.from({ length: 50 }, (_, i) =>
    call((i % 2 ? replica : world).app, createWallet, { headers: client.as(user) }),
  );
  const wallets = (await Promise.all(calls)).map(({ body }) => body.wallet);
  expect(new Set(wallets.map(({ address }) => address)).size).toBe(1);
  expect(wallets.filter(({ isNew }) => isNew)).toHaveLength(1);
  await replica.close();
});

test('users of different clients never share a wallet, also when both call them the same', async () => {
  const other = await newClient(world);
  const user = newUser();
  expect(await walletOf(world, client, user)).not.toBe(await walletOf(world, other, user));
});

test('`deployed` is what the chain says: false until the first operation, then true', async () => {
  const user = newUser();
  const address = await walletOf(world, client, user);
  const deployed = async () =>
    (await call(world.app, getWallet, { headers: client.as(user) })).body.wallet.deployed;
  expect([await deployed(), await getCode(chain, { address })]).toEqual([false, undefined]);
  await setUsdc(world.localnet, address, 5n);
  const body = {
    to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    token: world.localnet.addresses.usdc,
    amount: '5',
  };
  const sent = await call(world.app, transferTokens, { headers: client.as(user), body });
  expect(await final(world, client, user, sent.body.transaction.id)).toMatchObject({ status: 'confirmed' });
  expect([await deployed(), await getCode(chain, { address })]).toEqual([
    true,
    expect.stringMatching(/^0x60/),
  ]);
  const again = (await call(world.app, createWallet, { headers: client.as(user) })).body.wallet;
  expect(again).toMatchObject({ address, deployed: true, isNew: false });
});

test('balances of several tokens in one answer, for people, too', async () => {
  const user = newUser();
  const address = await walletOf(world, client, user);
  await setUsdc(world.localnet, address, 1_500_000n);
  await mintTo(world, client, user, 2n * 10n ** 18n);
  const { usdc, token } = world.localnet.addresses;
  const given = { headers: client.as(user), query: { token: `${usdc.toLowerCase()},${token}` } };
  const { body } = await call(world.app, getBalance, given);
  expect(body).toMatchObject({
    address,
    network: 'base-sepolia',
    native: { symbol: 'ETH', balance: '0', formatted: '0' },
    balances: [
      { token: usdc, symbol: 'USDC', decimals: 6, balance: '1500000', formatted: '1.5' },
      { token, decimals: 18, balance: '2000000000000000000', formatted: '2' },
    ],
  });
  const caip = await call(world.app, getBalance, { ...given, query: { network: 'eip155:84532' } });
  expect(caip.body.balances).toHaveLength(1);
});

test('native and any number of tokens are read in one round trip', async () => {
  const proxy = await rpcProxy(world.localnet.rpcUrl);
  onTestFinished(() => proxy.close());
  const networks = networkWith(world.localnet, { rpcUrls: [proxy.url] });
  const own = await appOfTest({ env: { ROLE: 'api' }, compose: { networks } });
  const reader = await newClient(own);
  const headers = reader.as(newUser());
  await call(own.app, createWallet, { headers });
  const { usdc, token } = own.localnet.addresses;
  const asked = async (query: object) => {
    const before = proxy.requests;
    await call(own.app, getBalance, { headers, query });
    return proxy.requests - before;
  };
  expect([await asked({ token: usdc }), await asked({ token: `${usdc},${token}` })]).toEqual([1, 1]);
});

test('the address is the same after a restart, whatever came between', async () => {
  const first = await bootApp({ replicaOf: world });
  const user = newUser();
  const address = await walletOf(first, client, user);
  await first.close();
  await walletOf(world, client, newUser());
  const next = await appOfTest({ replicaOf: world });
  expect(await walletOf(next, client, user)).toBe(address);
});

test('a user without a wallet is told so', async () => {
  const headers = client.as(newUser());
  expect(await outcome(world.app, getWallet, { headers })).toEqual([404, 'WALLET_NOT_FOUND']);
  expect(await outcome(world.app, getBalance, { headers })).toEqual([404, 'WALLET_NOT_FOUND']);
  const body = { toUserId: 'x', token: world.localnet.addresses.token, amount: '1' };
  expect(await outcome(world.app, transferTokens, { headers, body })).toEqual([404, 'WALLET_NOT_FOUND']);
});

test('history by cursor, type and status, and only the own user', async () => {
  const [user, stranger] = [newUser(), newUser()];
  await walletOf(world, client, user);
  const made: string[] = [];
  for (let i = 0; i < 3; i += 1) made.push((await mintTo(world, client, user, 10n)).id);
  const body = { toUserId: stranger, token: world.localnet.addresses.token, amount: '1' };
  const sent = await call(world.app, transferTokens, { headers: client.as(user), body });
  made.push(sent.body.transaction.id);
  await final(world, client, user, sent.body.transaction.id);

  const list = async (query: object, who = user) =>
    (await call(world.app, listWalletTransactions, { headers: client.as(who), query })).body;
  const first = await list({ limit: 3 });
  expect(first.transactions.map(({ id }) => id)).toEqual(made.toReversed().slice(0, 3));
  const rest = await list({ limit: 3, cursor: first.nextCursor! });
  expect([rest.transactions.map(({ id }) => id), rest.nextCursor]).toEqual([[made[0]], null]);
  expect((await list({ type: 'transfer' })).transactions.map(({ id }) => id)).toEqual([made[3]]);
  expect((await list({ status: 'failed' })).transactions).toEqual([]);
  expect((await list({ status: 'confirmed' })).transactions).toHaveLength(4);
  expect((await list({}, stranger)).transactions).toEqual([]);
});

test('a transaction is read by its user alone, with `wallet` or the scope that makes it', async () => {
  const user = newUser();
  await walletOf(world, client, user);
  const { id } = await mintTo(world, client, user, 10n);
  const read = (headers: Record<string, string>) =>
    outcome(world.app, getTransaction, { params: { id }, headers });
  expect(await read(client.as(user))).toEqual([200, 'ok']);
  expect(await read(client.as(newUser()))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
  expect(await read((await newClient(world)).as(user))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
  const { clientId, clientSecret } = client;
  const narrowed = async (scope: string) => {
    const payload = { clientId, clientSecret, scope };
    const answer = await world.app.inject({ method: 'POST', url: '/api/v1/auth/token', payload });
    return { ...bearer(answer.json<{ accessToken: string }>().accessToken), 'x-user-id': user };
  };
  expect(await read(await narrowed('mint'))).toEqual([200, 'ok']);
  expect(await read(await narrowed('transfer'))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
});
