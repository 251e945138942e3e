import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { keccak256, parseEther, parseTransaction, type Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative, setUsdc } from '#src/localnet/faucet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type RpcFate, rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  authorizationsUsed,
  chainOf,
  expectSettledOnce,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  type PaymentBody,
  paymentBody,
  sentBy,
  settle,
  submitElsewhere,
  until,
  verify,
} from './kit.ts';

let proxy: RpcProxy;
let test: TestApp;
let merchant: Merchant;

const boot = async (env: Record<string, string> = {}, signers?: Hex[]) => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({
    env: { BASE_SEPOLIA_RPC_URL: proxy.url, SETTLE_TIMEOUT_MS: '3000', ...env },
    ...(signers ? { signers } : {}),
  });
  merchant = await newMerchant(test.app);
};
const close = async () => {
  await test.close();
  await proxy.close();
};
const body = async (version: 1 | 2 = 2): Promise<PaymentBody> => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo, version });
};
const received = () => chainOf(test.localnet).usdc(merchant.payTo);
const sends = 'eth_sendRawTransaction';

const settledOnce = (payment: PaymentBody) => expectSettledOnce(test, merchant, payment);

describe('an RPC that fails', () => {
  beforeAll(() => boot());
  beforeEach(() => {
    proxy.rule = () => 'pass';
    merchant = { ...merchant, payTo: newAddress() };
  });
  afterAll(close);

  it('is no verdict: 500 without isValid or success, with Retry-After', async () => {
    const payment = await body();
    proxy.rule = () => 'drop';
    const verdict = await verify(test.app, merchant, payment);
    expect(verdict).toMatchObject({ status: 500, body: { code: 'VERIFICATION_FAILED' } });
    expect(verdict.body).not.toHaveProperty('isValid');
    expect(Number(verdict.headers['retry-after'])).toBeGreaterThan(0);
    const settled = await settle(test.app, merchant, payment);
    expect(settled).toMatchObject({ status: 500, body: { code: 'SETTLEMENT_FAILED' } });
    expect(settled.body).not.toHaveProperty('success');
    expect(JSON.stringify([verdict.body, settled.body])).not.toContain('127.0.0.1');
    proxy.rule = () => 'pass';
    expect((await verify(test.app, merchant, payment)).body).toMatchObject({ isValid: true });
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    await settledOnce(payment);
  });

  it('dies between verdict and sending: nothing is sent later behind the back of the merchant', async () => {
    const payment = await body();
    proxy.rule = ({ method }) =>
      method === 'eth_feeHistory' || method === 'eth_getTransactionCount' ? 'drop' : 'pass';
    const sent = await sentBy(test);
    const failed = await settle(test.app, merchant, payment);
    expect(failed).toMatchObject({ status: 500, body: { code: 'SETTLEMENT_FAILED' } });
    expect(failed.headers).toHaveProperty('retry-after');
    proxy.rule = () => 'pass';
    expect(await received()).toBe(0n);
    expect((await sentBy(test)) - sent).toBe(0);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    await settledOnce(payment);
  });

  it('answers an error to the send but sends it all the same', async () => {
    const payment = await body();
    proxy.rule = ({ method }) => (method === sends ? 'lose' : 'pass');
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    await settledOnce(payment);
  });

  it('forgets what it was sent: the same bytes go out again', async () => {
    const payment = await body();
    // By hash: what another test has left may be sent again meanwhile.
    const sent = new Map<Hex, number>();
    proxy.rule = ({ method, params }) => {
      if (method !== sends) return 'pass';
      const hash = keccak256(params[0] as Hex);
      const times = sent.get(hash) ?? 0;
      sent.set(hash, times + 1);
      return times === 0 ? { result: hash } : 'pass';
    };
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: true });
    expect(sent.get(first.body['transaction'] as Hex)).toBeGreaterThan(1);
    await settledOnce(payment);
  });

  it('hides the receipt: pending with the hash, and the outcome later', async () => {
    const payment = await body();
    proxy.rule = ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : 'pass');
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({
      success: false,
      errorReason: 'settlement_pending',
      transaction: (await authorizationsUsed(test.localnet, payment))[0],
    });
    proxy.rule = () => 'pass';
    const answers = await Promise.all([1, 2, 3].map(() => settle(test.app, merchant, payment)));
    expect(answers.filter((answer) => answer.body['success'] === true)).toHaveLength(1);
    await settledOnce(payment);
  });

  it('says pending in the words of version 1', async () => {
    const payment = await body(1);
    proxy.rule = ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : 'pass');
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: false, errorReason: 'unexpected_settle_error' });
    expect(first.body['transaction']).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it('is dead when the merchant asks again: the journal knows the hash', async () => {
    const payment = await body();
    proxy.rule = ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : 'pass');
    const first = await settle(test.app, merchant, payment);
    proxy.rule = () => 'drop';
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      errorReason: 'settlement_pending',
      transaction: first.body['transaction'],
    });
    proxy.rule = () => 'pass';
    await until(async () => (await settle(test.app, merchant, payment)).body['success'] === true);
    await settledOnce(payment);
  });
});

describe('a race on the chain', () => {
  beforeAll(() => boot());
  beforeEach(() => {
    proxy.rule = () => 'pass';
    merchant = { ...merchant, payTo: newAddress() };
  });
  afterAll(close);

  it('lost to somebody who submits first: the merchant was paid, and hears so once', async () => {
    const payment = await body();
    let theirs: Promise<Hex> | undefined;
    proxy.rule = async ({ method }): Promise<RpcFate> => {
      if (method !== sends) return 'pass';
      // Both sends of one payment wait for the same foreign transaction.
      theirs ??= submitElsewhere(test.localnet, payment);
      await theirs;
      return 'pass';
    };
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: true,
      transaction: await theirs,
    });
    await settledOnce(payment);
  });

  it('lost to a payer who spends the money: told with the transaction that failed', async () => {
    const payment = await body();
    const owner = payment.paymentPayload.payload.authorization.from as Hex;
    const client = createLocalnetClient(test.localnet.rpcUrl);
    let spent = false;
    proxy.rule = async ({ method }): Promise<RpcFate> => {
      if (method === sends && !spent) {
        spent = true;
        await setUsdc(test.localnet, owner, 0n);
      }
      return 'pass';
    };
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: false, errorReason: 'invalid_exact_evm_transaction_failed' });
    const failed = first.body['transaction'] as Hex;
    expect((await client.getTransactionReceipt({ hash: failed })).status).toBe('reverted');
    expect(await received()).toBe(0n);
    const { settlements } = (await call(test.app, listSettlements, { headers: merchant.headers })).body.data;
    expect(settlements[0]).toMatchObject({
      status: 'failed',
      transaction: failed,
      reason: 'invalid_exact_evm_transaction_failed',
      delivered: false,
    });
  });
});

describe('a signer', () => {
  afterEach(close);

  it('without funds waits for them; nothing is sent meanwhile', async () => {
    const key = generatePrivateKey();
    await boot({ SETTLE_TIMEOUT_MS: '1000' }, [key]);
    await createLocalnetClient(test.localnet.rpcUrl).setBalance({
      address: privateKeyToAddress(key),
      value: 0n,
    });
    const payment = await body();
    // Its balance may be remembered for some seconds.
    await until(async () => {
      const answer = await settle(test.app, merchant, await body());
      return answer.status === 500;
    });
    expect(await settle(test.app, merchant, payment)).toMatchObject({
      status: 500,
      body: { code: 'SETTLEMENT_FAILED' },
    });
    await fundNative(test.localnet, privateKeyToAddress(key), parseEther('1'));
    await until(async () => (await settle(test.app, merchant, payment)).body['success'] === true);
    await settledOnce(payment);
  });

  it('replaces a stuck transaction under the same nonce, with higher fees', async () => {
    await boot({ SETTLE_BUMP_AFTER_MS: '100', SETTLE_TIMEOUT_MS: '20000' });
    const payment = await body();
    const offered: { nonce: number | undefined; fee: bigint | undefined }[] = [];
    proxy.rule = ({ method, params }) => {
      if (method !== sends) return 'pass';
      const { nonce, maxFeePerGas } = parseTransaction(params[0] as Hex);
      offered.push({ nonce, fee: maxFeePerGas });
      // The pool takes it and never includes it, until more is offered.
      return offered.length === 1 ? { result: keccak256(params[0] as Hex) } : 'pass';
    };
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    expect(offered.length).toBeGreaterThanOrEqual(2);
    expect(new Set(offered.map((one) => one.nonce)).size).toBe(1);
    expect(offered.at(-1)?.fee).toBeGreaterThan(offered[0]?.fee ?? 0n);
    await settledOnce(payment);
  });
});
