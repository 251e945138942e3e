import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';
import { type Client, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';
import { redeemDirectly } from './redeem.ts';

let world: TestApp;
let client: Client;
let rpc: Gate;
let user: string;
const origin = 'https://shop.example.com';

// A replica that only takes requests: what it accepts stays pending until the test decides its fate.
beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  const networks = networkWith(localnet, { rpcUrls: [rpc.url] });
  world = await bootApp({ env: { ROLE: 'api' }, compose: { networks } });
  client = await newClient(world, { allowedOrigins: [origin] });
  user = newUser();
  await walletOf(world, client, user);
});

afterAll(async () => {
  await world.close();
  await rpc.close();
});

const sign = (receiptId: string) => ({ headers: client.as(user), body: { receiptId, amount: '3' } });
const execute = (receiptId: string) => ({ headers: client.as(user), body: { receiptId } });
const page = (receiptId: string) => ({ headers: client.as(user, { origin }), body: { receiptId } });
const status = async (receiptId: string, { app } = world) =>
  (await call(app, getMintStatus, { headers: client.as(user), params: { receiptId } })).body.mint;
const refusals = async (receiptId: string) => [
  await attempt(world.app, executeMint, execute(receiptId)),
  await attempt(world.app, signMint, sign(receiptId)),
  await attempt(world.app, externalSignMint, page(receiptId)),
];

async function failedMint(receiptId: string): Promise<string> {
  await call(world.app, signMint, sign(receiptId));
  const { id } = (await call(world.app, executeMint, execute(receiptId))).body.transaction;
  const error = JSON.stringify({ code: 'USER_OPERATION_FAILED', message: 'test', reason: 'EXPIRED' });
  await world.database.database.db.execute(
    sql`update transactions set status = 'failed', error = ${error}::jsonb where id = ${id}`,
  );
  return id;
}

test('a failed mint frees its receipt once the chain has said that nothing was minted', async () => {
  const receiptId = newReceipt();
  const first = await failedMint(receiptId);
  const failed = { status: 'failed', transactionId: first };
  expect(await status(receiptId)).toMatchObject(failed);

  rpc.shut();
  expect(await status(receiptId)).toMatchObject(failed);
  const away = [503, 'CHAIN_UNAVAILABLE'];
  expect(await outcome(world.app, signMint, sign(receiptId))).toEqual(away);
  expect(await outcome(world.app, executeMint, execute(receiptId))).toEqual(away);
  expect(await outcome(world.app, externalSignMint, page(receiptId))).toEqual(away);
  rpc.open();
  await call(world.app, externalSignMint, page(receiptId));
  await call(world.app, signMint, sign(receiptId));
  const second = (await call(world.app, executeMint, execute(receiptId))).body.transaction;
  expect(second.id).not.toBe(first);
  expect(await status(receiptId)).toMatchObject({ status: 'pending', transactionId: second.id });
  expect(await outcome(world.app, executeMint, execute(receiptId))).toEqual([409, 'RECEIPT_ALREADY_MINTED']);
});

test('a failed mint whose voucher was redeemed all the same is minted, and stays used', async () => {
  const receiptId = newReceipt();
  await failedMint(receiptId);
  const { voucher } = (await call(world.app, signMint, sign(receiptId))).body;
  const txHash = await redeemDirectly(world.localnet, voucher);
  expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash, transactionId: null });
  for (const { status: code, body } of await refusals(receiptId)) {
    expect(code).toBe(409);
    expect(body).toMatchObject({ error: { code: 'RECEIPT_ALREADY_MINTED', details: { txHash } } });
    expect(body).not.toHaveProperty('error.details.transactionId');
  }
});

test('a receipt that no mint has tried is signed again only after the chain was asked', async () => {
  const receiptId = newReceipt();
  rpc.shut();
  await call(world.app, signMint, sign(receiptId));
  expect(await status(receiptId)).toMatchObject({ status: 'signed', txHash: null });
  for (const { status: code, body } of await refusals(receiptId)) {
    expect([code, body]).toMatchObject([503, { error: { code: 'CHAIN_UNAVAILABLE' } }]);
  }
  rpc.open();
  await call(world.app, externalSignMint, page(receiptId));
  await call(world.app, signMint, sign(receiptId));
});

test('a node that searches no logs still says that a receipt is used', async () => {
  const receiptId = newReceipt();
  const { voucher } = (await call(world.app, signMint, sign(receiptId))).body;
  const txHash = await redeemDirectly(world.localnet, voucher);
  rpc.shut('eth_getLogs');
  expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash: null });
  for (const { status: code, body } of await refusals(receiptId)) {
    expect([code, body]).toMatchObject([409, { error: { code: 'RECEIPT_ALREADY_MINTED' } }]);
  }
  rpc.open();
  expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash });
});

test('a redemption is minted once it lies as deep as the network asks for', async () => {
  const networks = networkWith(world.localnet, { confirmations: 1_000_000 });
  const patient = await appOfTest({ replicaOf: world, env: { ROLE: 'api' }, compose: { networks } });
  const receiptId = newReceipt();
  const { voucher } = (await call(world.app, signMint, sign(receiptId))).body;
  const txHash = await redeemDirectly(world.localnet, voucher);
  expect(await status(receiptId, patient)).toMatchObject({ status: 'submitted', txHash });
  expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash });
});
