import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { getStatus } from '#schemas/facilitator/system.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type RpcFate, rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  authorizationsUsed,
  chainOf,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  paymentBody,
  price,
  settle,
  until,
  verify,
} from './kit.ts';

let first: RpcProxy;
let second: RpcProxy;
let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  [first, second] = (await Promise.all([1, 2].map(() => rpcProxy(inject('localnet').rpcUrl)))) as [
    RpcProxy,
    RpcProxy,
  ];
  const BASE_SEPOLIA_RPC_URL = `${first.url},${second.url}`;
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL, SETTLE_TIMEOUT_MS: '3000' } });
  merchant = await newMerchant(test.app);
});
beforeEach(() => {
  first.rule = () => 'pass';
  merchant = { ...merchant, payTo: newAddress() };
});
afterAll(async () => {
  await test.close();
  await Promise.all([first.close(), second.close()]);
});

const sends = 'eth_sendRawTransaction';
const body = async () =>
  paymentBody({
    localnet: test.localnet,
    payer: await newPayer(test.localnet),
    payTo: merchant.payTo,
  });

it('takes the next endpoint when the first is dead, and nobody notices', async () => {
  first.rule = () => 'drop';
  const payment = await body();
  expect((await verify(test.app, merchant, payment)).body).toMatchObject({ isValid: true });
  expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
  expect((await call(test.app, getStatus, {})).body.data).toMatchObject({ status: 'healthy' });
  expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(price);
});

it('dies between two steps of a settlement: the next one finishes it, once', async () => {
  first.rule = ({ method }) => (method === sends ? 'drop' : 'pass');
  const payment = await body();
  const answer = await settle(test.app, merchant, payment);
  expect(answer.body).toMatchObject({ success: true });
  expect(await authorizationsUsed(test.localnet, payment)).toEqual([answer.body['transaction']]);
  expect(second.counts.get(sends)).toBeGreaterThan(0);
});

it('answers late: pending with the hash first, success once when the chain has it', async () => {
  const payment = await body();
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  first.rule = async ({ method }): Promise<RpcFate> => {
    if (method === sends) await gate;
    return 'pass';
  };
  const early = await settle(test.app, merchant, payment);
  expect(early.body).toMatchObject({
    success: false,
    errorReason: 'settlement_pending',
    transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/),
  });
  open();
  const answers = await Promise.all(Array.from({ length: 5 }, () => settle(test.app, merchant, payment)));
  expect(answers.filter((one) => one.body['success'] === true)).toHaveLength(1);
  expect(new Set(answers.map((one) => one.body['transaction']))).toEqual(
    new Set([early.body['transaction']]),
  );
  await until(async () => (await chainOf(test.localnet).usdc(merchant.payTo)) > 0n);
  expect(await authorizationsUsed(test.localnet, payment)).toEqual([early.body['transaction']]);
});
