import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { listSigners, operations, pauseNetwork, resumeNetwork } from '#schemas/facilitator/operators.ts';
import { getReady, getStatus, listPaymentNetworks } from '#schemas/facilitator/system.ts';
import { createReadiness } from '#src/services/readiness.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { type Merchant, newMerchant, newPayer, paymentBody, settle, until, verify } from './kit.ts';

let proxy: RpcProxy;
let test: TestApp;
let merchant: Merchant;
let headers: Record<string, string>;
const params = { id: 'base-sepolia' };

beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url, SETTLE_TIMEOUT_MS: '10000' } });
  merchant = await newMerchant(test.app);
  headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});
afterEach(async () => {
  proxy.rule = () => 'pass';
  await call(test.app, resumeNetwork, { headers, params });
});

const body = async () => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo });
};
const lanes = async () => (await call(test.app, listSigners, { headers })).body.data;
const refused = (code: string) => ({
  status: 500,
  headers: { 'retry-after': '60' },
  body: { code, details: 'Payments on base-sepolia are paused' },
});

it.each(operations)('$id is for operators', async (op) => {
  for (const wrong of [{}, merchant.person.bearer] as Record<string, string>[]) {
    const answer = await attempt(test.app, op, { headers: wrong, params });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
  }
});

describe('signers', () => {
  it('are told with what they hold and what is in flight', async () => {
    const payment = await body();
    let blocked = true;
    proxy.rule = ({ method }) => (blocked && method === 'eth_sendRawTransaction' ? 'error' : 'pass');
    const settling = settle(test.app, merchant, payment);
    await until(async () => (await lanes())[0]?.signers.some((one) => one.inFlight === 1) === true);
    const [lane] = await lanes();
    expect(lane).toMatchObject({ network: 'base-sepolia', queued: 0 });
    expect(lane?.oldestUnsettledSeconds).toBeGreaterThanOrEqual(0);
    expect(lane?.signers).toHaveLength(test.signers.length);
    for (const signer of lane?.signers ?? []) {
      expect(signer.balance).toMatch(/^9\d{19}$|^100000000000000000000$/);
      expect(signer.nonceGap).toBe(0);
    }
    blocked = false;
    expect((await settling).body).toMatchObject({ success: true });
    await until(async () => {
      const [after] = await lanes();
      return after?.oldestUnsettledSeconds === null && after.signers.every((one) => one.inFlight === 0);
    });
    expect((await lanes())[0]?.signers.map((one) => one.nonce).toSorted()).toEqual([0, 1]);
  });

  it('show a gap when the chain forgot a transaction before theirs', async () => {
    proxy.rule = ({ method }) => (method === 'eth_sendRawTransaction' ? 'error' : 'pass');
    const settling = settle(test.app, merchant, await body());
    await until(async () => (await lanes())[0]?.signers.some((one) => one.inFlight === 1) === true);
    const busy = (await lanes())[0]?.signers.find((one) => one.inFlight === 1);
    await test.database.database.executeSql(
      `update submissions set nonce = nonce + 2 where state in ('signed', 'sent') and sender = $1`,
      [busy?.address],
    );
    const gaps = (await lanes())[0]?.signers.map((one) => one.nonceGap);
    expect(gaps?.toSorted()).toEqual([0, 2]);
    await test.database.database.executeSql(
      `update submissions set nonce = nonce - 2 where state in ('signed', 'sent') and sender = $1`,
      [busy?.address],
    );
    proxy.rule = () => 'pass';
    expect((await settling).body).toMatchObject({ success: true });
  });

  it('are told without the chain, too', async () => {
    proxy.rule = () => 'drop';
    const [lane] = await lanes();
    expect(lane?.signers).toHaveLength(test.signers.length);
    for (const { balance, nonce, nonceGap } of lane?.signers ?? [])
      expect([balance, nonce, nonceGap]).toEqual([null, null, null]);
  });
});

describe('a paused network', () => {
  it('takes no new payment on any replica from the answer on, and says so', async () => {
    const other = await appOfTest({ replicaOf: test, env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
    const payment = await body();
    expect((await verify(other.app, merchant, payment)).body).toMatchObject({ isValid: true });
    const { data } = (await call(test.app, pauseNetwork, { headers, params })).body;
    expect(data).toEqual({ network: 'base-sepolia', pausedAt: expect.stringMatching(/Z$/) });
    for (const { app } of [test, other]) {
      expect(await verify(app, merchant, payment)).toMatchObject(refused('VERIFICATION_FAILED'));
      const answer = await settle(app, merchant, payment);
      expect(answer).toMatchObject(refused('SETTLEMENT_FAILED'));
      expect(answer.body).not.toHaveProperty('success');
      const { kinds } = (await call(app, listPaymentNetworks, {})).body;
      expect(new Set(kinds.map((kind) => kind.status))).toEqual(new Set(['paused']));
    }
    const again = (await call(test.app, pauseNetwork, { headers, params: { id: 'eip155:84532' } })).body;
    expect(again).toEqual({ data });
    expect((await call(other.app, resumeNetwork, { headers, params })).body).toEqual({
      data: { network: 'base-sepolia', pausedAt: null },
    });
    for (const { app } of [other, test])
      expect((await verify(app, merchant, payment)).body).toMatchObject({ isValid: true });
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
  });

  it('finishes what is on its way, and tells its outcome', async () => {
    const payment = await body();
    let blocked = true;
    proxy.rule = ({ method }) => (blocked && method === 'eth_sendRawTransaction' ? 'error' : 'pass');
    const settling = settle(test.app, merchant, payment);
    await until(async () => (await lanes())[0]?.signers.some((one) => one.inFlight === 1) === true);
    await call(test.app, pauseNetwork, { headers, params });
    const asking = settle(test.app, merchant, payment);
    blocked = false;
    const answers = [await settling, await asking].map(({ body: answer }) => answer['success']);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
    });
    expect(await settle(test.app, merchant, await body())).toMatchObject(refused('SETTLEMENT_FAILED'));
  });

  it('stays paused over a restart', async () => {
    await call(test.app, pauseNetwork, { headers, params });
    const later = await appOfTest({ replicaOf: test, env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
    expect(await verify(later.app, merchant, await body())).toMatchObject(refused('VERIFICATION_FAILED'));
  });

  it('is one that is known', async () => {
    for (const op of [pauseNetwork, resumeNetwork]) {
      expect(await attempt(test.app, op, { headers, params: { id: 'solana' } })).toMatchObject({
        status: 400,
        body: { code: 'INVALID_REQUEST' },
      });
    }
  });
});

describe('readiness', () => {
  const missing = async (app: TestApp['app']) => {
    const { status, body: answer } = await attempt(app, getReady);
    return status === 503 ? answer['details'] : answer['status'];
  };

  it('follows chain and database', async () => {
    const own = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url }, oneHandle: true });
    await until(async () => (await missing(own.app)) === 'ready');
    proxy.rule = () => 'drop';
    await until(async () => (await missing(own.app)) === 'chain');
    proxy.rule = () => 'pass';
    await until(async () => (await missing(own.app)) === 'ready');
    await own.database.database.close();
    await until(async () => (await missing(own.app)) === 'database');
    expect(await attempt(own.app, getReady)).toMatchObject({
      status: 503,
      body: { code: 'SERVICE_UNAVAILABLE', details: 'database' },
    });
    // What is told of the chains needs no database.
    const { data } = (await call(own.app, getStatus, {})).body;
    expect(data).toMatchObject({ status: 'degraded', database: { status: 'unavailable' } });
    await own.close();
  });

  it('needs a queue, and one network of several', async () => {
    const heads: Record<string, bigint | null> = { a: null, b: 1n };
    const facts = { queue: false, ending: false };
    const ready = createReadiness({
      pingDatabase: async () => {},
      networks: ['a', 'b'],
      head: async (network) => heads[network] ?? null,
      isQueueRunning: () => facts.queue,
      isEnding: () => facts.ending,
    });
    expect(await ready()).toEqual(['queue']);
    facts.queue = true;
    expect(await ready()).toEqual([]);
    heads['b'] = null;
    expect(await ready()).toEqual(['chain']);
    facts.ending = true;
    expect(await ready()).toEqual(['ending']);
  });
});
