import { privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type RpcFate, rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  chainOf,
  expectSettledOnce,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  paymentBody,
  settle,
} from './kit.ts';
import { newPermit2Payer, permit2Body, settledFor } from './permit2-kit.ts';

let proxy: RpcProxy;
let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url, SETTLE_TIMEOUT_MS: '2000' } });
});
beforeEach(async () => {
  proxy.rule = () => 'pass';
  merchant = { ...(await newMerchant(test.app)), payTo: newAddress() };
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const pay = async () => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo });
};
const uptoPayment = async () => {
  const payer = await newPermit2Payer(test.localnet);
  const facilitator = privateKeyToAddress(test.signers[0]!);
  return permit2Body({
    localnet: test.localnet,
    payer,
    payTo: merchant.payTo,
    amount: 50_000n,
    facilitator,
  });
};
const settles = (body: unknown, key?: string) =>
  settle(test.app, merchant, body, key === undefined ? {} : { 'idempotency-key': key });
const received = () => chainOf(test.localnet).usdc(merchant.payTo);
const journal = async () =>
  (await call(test.app, listSettlements, { headers: merchant.headers })).body.data.settlements;
/** Verdicts can be had, signing can not. */
const unsent = () => {
  proxy.rule = ({ method }) =>
    method === 'eth_feeHistory' || method === 'eth_getTransactionCount' ? 'drop' : 'pass';
};
/** Holds transactions back until it is called. */
const hold = (): (() => void) => {
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  proxy.rule = async ({ method }): Promise<RpcFate> => {
    if (method === 'eth_sendRawTransaction') await gate;
    return 'pass';
  };
  return resolve;
};
const failure = { status: 500, body: { code: 'SETTLEMENT_FAILED' } };

it('what was not sent may be tried again under its Idempotency-Key, and succeeds once under it', async () => {
  const payment = await pay();
  unsent();
  expect(await settles(payment, 'order-1')).toMatchObject(failure);
  expect(await settles(payment, 'order-1')).toMatchObject(failure);
  proxy.rule = () => 'pass';
  const done = await settles(payment, 'order-1');
  expect(done.body).toMatchObject({ success: true });
  const again = await settles(payment, 'order-1');
  expect({ ...again.body, timestamp: '' }).toEqual({ ...done.body, timestamp: '' });
  expect(again.headers['idempotent-replayed']).toBe('true');
  await expectSettledOnce(test, merchant, payment);
});

it('a key that comes with a later call is remembered, if that call is the one told of success', async () => {
  const payment = await pay();
  const open = hold();
  expect((await settles(payment)).body).toMatchObject({ errorReason: 'settlement_pending' });
  open();
  const done = await settles(payment, 'order-2');
  expect(done.body).toMatchObject({ success: true });
  const again = await settles(payment, 'order-2');
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect({ ...again.body, timestamp: '' }).toEqual({ ...done.body, timestamp: '' });
  const known = { success: false, errorReason: 'duplicate_settlement' };
  expect((await settles(payment, 'order-3')).body).toMatchObject(known);
  expect((await settles(payment, 'order-3')).body).toMatchObject(known);
  await expectSettledOnce(test, merchant, payment);
});

it('a key used for another payment meanwhile keeps nobody from hearing of success', async () => {
  const [first, second] = [await pay(), await pay()];
  const open = hold();
  for (const payment of [first, second])
    expect((await settles(payment)).body).toMatchObject({ errorReason: 'settlement_pending' });
  open();
  const both = await Promise.all([first, second].map((payment) => settles(payment, 'order-4')));
  for (const { status, body } of both)
    expect(status === 409 || body['success'] === true, JSON.stringify(body)).toBe(true);
  expect(both.some(({ body }) => body['success'] === true)).toBe(true);
});

it('another amount of an authorization whose settlement was not sent is what is paid, told and kept', async () => {
  const payment = await uptoPayment();
  unsent();
  expect(await settles(settledFor(payment, 10n))).toMatchObject(failure);
  proxy.rule = () => 'pass';
  expect((await settles(settledFor(payment, 1_000n))).body).toMatchObject({ success: true, amount: '1000' });
  expect(await received()).toBe(1_000n);
  expect(await journal()).toMatchObject([{ amount: '1000', status: 'settled' }]);
});

it('another amount of an authorization that is on its way is told neither success nor that amount', async () => {
  const payment = await uptoPayment();
  const open = hold();
  const pending = { success: false, errorReason: 'settlement_pending', amount: '10' };
  expect((await settles(settledFor(payment, 10n))).body).toMatchObject(pending);
  expect((await settles(settledFor(payment, 1_000n))).body).toMatchObject(pending);
  open();
  await expect.poll(async () => (await journal())[0]?.status, { timeout: 20_000 }).toBe('settled');
  const known = { success: false, errorReason: 'duplicate_settlement', amount: '10' };
  expect((await settles(settledFor(payment, 1_000n))).body).toMatchObject(known);
  expect((await settles(settledFor(payment, 10n))).body).toMatchObject({ success: true, amount: '10' });
  expect(await received()).toBe(10n);
});
