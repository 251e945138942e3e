import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { executeMint, signMint } from '#schemas/adapter/mint.ts';
import { createWallet, getBalance, getWallet, transferTokens } from '#schemas/adapter/wallet.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { registerClient } from '#schemas/adapter/auth.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';
import { admin, type Client, final, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let client: Client;
let rpc: Gate;
let bundler: Gate;
let user: string;

beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  bundler = await gateTo(localnet.bundlerUrl);
  const networks = networkWith(localnet, { rpcUrls: [rpc.url], bundlerUrl: bundler.url });
  world = await bootApp({ compose: { networks } });
  client = await newClient(world);
  user = newUser();
  await setUsdc(localnet, await walletOf(world, client, user), 100n);
});

afterAll(async () => {
  await world.close();
  await Promise.all([rpc.close(), bundler.close()]);
});

const transfer = () => ({
  headers: client.as(user),
  body: { toUserId: newUser(), token: world.localnet.addresses.usdc, amount: '1' },
});

test('while the RPC is away every question to the chain says so, and says when to come back', async () => {
  const receiptId = newReceipt();
  const headers = client.as(user);
  await call(world.app, signMint, { headers, body: { receiptId, amount: '1' } });
  rpc.shut();
  const away = [503, 'CHAIN_UNAVAILABLE'];
  expect(await outcome(world.app, createWallet, { headers })).toEqual(away);
  expect(await outcome(world.app, getWallet, { headers })).toEqual(away);
  expect(await outcome(world.app, getBalance, { headers })).toEqual(away);
  expect(await outcome(world.app, transferTokens, transfer())).toEqual(away);
  expect(await outcome(world.app, executeMint, { headers, body: { receiptId } })).toEqual(away);
  const answer = await attempt(world.app, getWallet, { headers });
  expect(answer.headers['retry-after']).toBe('5');
  expect(JSON.stringify(answer.body)).not.toContain('127.0.0.1');
  rpc.open();
  const done = await call(world.app, executeMint, { headers, body: { receiptId } });
  const minted = await final(world, client, user, done.body.transaction.id);
  expect(minted.status).toBe('confirmed');
});

test('what was accepted while the bundler is away waits and goes through once it is back', async () => {
  bundler.shut();
  const { id } = (await call(world.app, transferTokens, transfer())).body.transaction;
  const waiting = { params: { id }, query: { wait: 1 }, headers: client.as(user) };
  expect((await call(world.app, getTransaction, waiting)).body.transaction.status).toBe('pending');
  bundler.open();
  expect(await final(world, client, user, id)).toMatchObject({ status: 'confirmed' });
});

test('what was sent when the RPC goes away is told truly once it is back', async () => {
  const { id } = (await call(world.app, transferTokens, transfer())).body.transaction;
  rpc.shut();
  const waiting = { params: { id }, query: { wait: 1 }, headers: client.as(user) };
  const during = (await call(world.app, getTransaction, waiting)).body.transaction.status;
  expect(['pending', 'submitted', 'confirmed']).toContain(during);
  rpc.open();
  expect(await final(world, client, user, id)).toMatchObject({ status: 'confirmed' });
});

test('a fault nobody foresaw is told without its cause', async () => {
  const own = await appOfTest();
  await own.database.database.db.execute(sql`drop table api_clients cascade`);
  const body = { name: 'x', scopes: ['wallet' as const], tier: 'starter' as const };
  const answer = await attempt(own.app, registerClient, { headers: admin(own), body });
  expect([answer.status, answer.body]).toEqual([
    500,
    {
      success: false,
      error: { code: 'INTERNAL_ERROR', message: 'Unexpected server error' },
      requestId: expect.any(String),
    },
  ]);
});
