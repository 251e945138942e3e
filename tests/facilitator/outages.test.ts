import { request as httpRequest } from 'node:http';
import type { Hex } from 'viem';
import { keccak256 } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type RpcFate, rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  authorizationsUsed,
  expectSettledOnce,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  type PaymentBody,
  paymentBody,
  settle,
  until,
  verify,
} from './kit.ts';

let proxy: RpcProxy;
let test: TestApp;
let merchant: Merchant;
let base: URL;
beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url, SETTLE_TIMEOUT_MS: '2000' } });
  base = new URL(await test.app.listen({ host: '127.0.0.1', port: 0 }));
});
beforeEach(async () => {
  proxy.rule = () => 'pass';
  merchant = { ...(await newMerchant(test.app)), payTo: newAddress() };
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const sends = 'eth_sendRawTransaction';
const pay = async (): Promise<PaymentBody> => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo });
};
const journal = async () => {
  const { data } = (await call(test.app, listSettlements, { headers: merchant.headers })).body;
  return data.settlements;
};

/** Calls settle over a socket and hangs up as soon as the transaction is on its way; its answer is never read. */
async function settleAndHangUp(payment: PaymentBody, headers: Record<string, string> = {}): Promise<void> {
  let open: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => (open = resolve));
  const request = httpRequest({
    host: base.hostname,
    port: base.port,
    path: '/api/v1/settle',
    method: 'POST',
    headers: { ...merchant.headers, ...headers, 'content-type': 'application/json' },
  });
  request.on('error', () => undefined);
  proxy.rule = async ({ method }): Promise<RpcFate> => {
    if (method === sends) {
      request.destroy();
      await hungUp;
    }
    return 'pass';
  };
  const closed = new Promise<void>((resolve) => void request.once('close', resolve));
  request.end(JSON.stringify(payment));
  await closed;
  open();
  await until(async () => (await journal())[0]?.status === 'settled');
}

describe('an answer that is lost on its way', () => {
  it('is not said twice; the merchant reads the outcome in the journal', async () => {
    const payment = await pay();
    await settleAndHangUp(payment);
    await until(async () => (await journal())[0]?.delivered === true);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: (await authorizationsUsed(test.localnet, payment))[0],
    });
    await expectSettledOnce(test, merchant, payment);
  });

  it('is told again under its own Idempotency-Key', async () => {
    const payment = await pay();
    const key = { 'idempotency-key': 'order-7' };
    await settleAndHangUp(payment, key);
    await until(async () => (await journal())[0]?.delivered === true);
    const again = await settle(test.app, merchant, payment, key);
    expect(again.body).toMatchObject({
      success: true,
      transaction: (await authorizationsUsed(test.localnet, payment))[0],
    });
    expect(again.headers['idempotent-replayed']).toBe('true');
    await expectSettledOnce(test, merchant, payment);
  });
});

describe('an RPC', () => {
  it('that dies once it has taken the transaction: pending with the hash, then success, once', async () => {
    const payment = await pay();
    let dead = false;
    let taken: Hex | undefined;
    proxy.rule = ({ method, params }) => {
      if (dead) return 'drop';
      if (method !== sends) return 'pass';
      dead = true;
      taken = keccak256(params[0] as Hex);
      return 'lose';
    };
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({
      success: false,
      errorReason: 'settlement_pending',
      transaction: taken,
    });
    expect(await journal()).toMatchObject([{ status: 'received', transaction: taken, delivered: false }]);
    // Still dead: the hash is not withheld.
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ transaction: taken });
    proxy.rule = () => 'pass';
    await until(async () => (await settle(test.app, merchant, payment)).body['success'] === true);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([taken]);
    await expectSettledOnce(test, merchant, payment);
  });

  it('that refuses the first send without keeping it: the same bytes go out again', async () => {
    const payment = await pay();
    const hashes: Hex[] = [];
    proxy.rule = ({ method, params }) => {
      if (method !== sends) return 'pass';
      hashes.push(keccak256(params[0] as Hex));
      return hashes.length === 1 ? 'drop' : 'pass';
    };
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    expect(new Set(hashes)).toEqual(new Set(await authorizationsUsed(test.localnet, payment)));
    await expectSettledOnce(test, merchant, payment);
  });

  it('that answers everything late is waited for', async () => {
    const payment = await pay();
    proxy.rule = async (): Promise<RpcFate> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'pass';
    };
    expect((await verify(test.app, merchant, payment)).body).toMatchObject({ isValid: true });
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
    await expectSettledOnce(test, merchant, payment);
  });

  it('that answers the send only after the time is up: pending, and success once at the next call', async () => {
    const payment = await pay();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    proxy.rule = async ({ method }): Promise<RpcFate> => {
      if (method === sends) await gate;
      return 'pass';
    };
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: false, errorReason: 'settlement_pending' });
    open();
    const answers = await Promise.all([1, 2, 3, 4].map(() => settle(test.app, merchant, payment)));
    expect(answers.filter((one) => one.body['success'] === true)).toHaveLength(1);
    expect(new Set(answers.map((one) => one.body['transaction']))).toEqual(
      new Set([first.body['transaction']]),
    );
    await expectSettledOnce(test, merchant, payment);
  });

  it('that forgets the transaction after it told of its hash and its receipt: sent again, paid once', async () => {
    const payment = await pay();
    const sent: Hex[] = [];
    proxy.rule = ({ method, params }) => {
      if (method !== sends) return 'pass';
      const hash = keccak256(params[0] as Hex);
      sent.push(hash);
      return sent.length <= 2 ? { result: hash } : 'pass';
    };
    const first = await settle(test.app, merchant, payment);
    await until(
      async () =>
        first.body['success'] === true ||
        (await settle(test.app, merchant, payment)).body['success'] === true,
    );
    expect(sent.length).toBeGreaterThan(2);
    expect(new Set(sent).size).toBe(1);
    await expectSettledOnce(test, merchant, payment);
  });
});
