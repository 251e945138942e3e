import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUser } from '#schemas/facilitator/admin.ts';
import { logIn } from '#schemas/facilitator/accounts.ts';
import * as metrics from '#schemas/facilitator/metrics.ts';
import { getHealth, getSupported } from '#schemas/facilitator/system.ts';
import { systemClock } from '#src/core/clock.ts';
import { checksum } from '#src/core/address.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import {
  type Merchant,
  newMerchant,
  newPayer,
  newPerson,
  password,
  paymentBody,
  type Person,
  price,
  settle,
  until,
  verify,
} from './kit.ts';

let test: TestApp;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
const dayMs = 86_400_000;
beforeAll(async () => {
  test = await bootApp({ compose: { clock } });
});
afterAll(() => test.close());

const day = (offset = 0) => new Date(clock.now().getTime() + offset * dayMs).toISOString().slice(0, 10);
const supported = (merchant: Merchant, app = test.app) =>
  attempt(app, getSupported, { headers: merchant.headers });

/** A bearer of now: the clock may have moved past the last one. */
async function bearer({ email }: Pick<Person, 'email'>) {
  const { body } = await call(test.app, logIn, { body: { email, password } });
  return { authorization: `Bearer ${body.data.access_token}` };
}

async function newAdmin() {
  const email = `admin-${Math.random()}@example.com`;
  const headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
  await call(test.app, createUser, { headers, body: { email, password, is_admin: true } });
  return { email };
}

const requestsOf = async (person: Pick<Person, 'email'>, query: object = {}) =>
  (await call(test.app, metrics.getDailyMetrics, { headers: await bearer(person), query })).body.data;
const summaryOf = async (person: Pick<Person, 'email'>) =>
  (await call(test.app, metrics.getMetricsSummary, { headers: await bearer(person) })).body.data;

describe('request metrics', () => {
  it('count the requests of one’s own client keys, by outcome', async () => {
    const merchant = await newMerchant(test.app);
    const payer = await newPayer(test.localnet);
    const body = await paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo });
    await verify(test.app, merchant, body);
    await verify(test.app, merchant, { ...body, paymentRequirements: 'none' });
    await supported(merchant);
    await until(async () => (await summaryOf(merchant.person)).requests === 3);
    const counts = {
      requests: 3,
      success: 2,
      clientErrors: 1,
      serverErrors: 0,
      avgLatencyMs: expect.any(Number),
      p95LatencyMs: expect.any(Number),
    };
    expect(await requestsOf(merchant.person)).toEqual([{ date: day(), ...counts }]);
    const headers = merchant.person.bearer;
    const { data } = (await call(test.app, metrics.getMonthlyMetrics, { headers })).body;
    expect(data).toEqual([{ month: day().slice(0, 7), ...counts }]);
    const total = await summaryOf(merchant.person);
    expect(total).toEqual(counts);
    expect(total.avgLatencyMs).toBeGreaterThan(0);
    expect(total.p95LatencyMs).toBeGreaterThan(0);
  });

  it('of others are seen by admins alone, who see all but probes', async () => {
    const merchant = await newMerchant(test.app);
    const admin = await newAdmin();
    const stranger = await newPerson(test.app);
    const before = (await summaryOf(admin)).requests;
    for (let i = 0; i < 5; i += 1) await supported(merchant);
    for (let i = 0; i < 50; i += 1) await attempt(test.app, getHealth);
    await until(async () => (await summaryOf(merchant.person)).requests === 5);
    expect(await summaryOf(stranger)).toEqual({
      requests: 0,
      success: 0,
      clientErrors: 0,
      serverErrors: 0,
      avgLatencyMs: 0,
      p95LatencyMs: 0,
    });
    expect(await requestsOf(stranger)).toEqual([]);
    const seen = (await summaryOf(admin)).requests - before;
    expect(seen).toBeGreaterThanOrEqual(5);
    expect(seen).toBeLessThan(50);
  });

  it('of all replicas add up, and a graceful end writes the last ones', async () => {
    const merchant = await newMerchant(test.app);
    for (const count of [2, 3]) {
      const replica = await bootApp({ replicaOf: test, compose: { clock } });
      await Promise.all(Array.from({ length: count }, () => supported(merchant, replica.app)));
      await supported(merchant);
      await replica.close();
    }
    await until(async () => (await summaryOf(merchant.person)).requests === 7);
    expect(await requestsOf(merchant.person)).toMatchObject([{ requests: 7, success: 7 }]);
  });

  it('are told by day and month, within a range', async () => {
    const merchant = await newMerchant(test.app);
    const days: string[] = [];
    for (const step of [0, 1, 40]) {
      shift += step * dayMs;
      days.push(day());
      await supported(merchant);
      await until(async () => (await summaryOf(merchant.person)).requests === days.length);
    }
    const dates = async (query: object) => (await requestsOf(merchant.person, query)).map((one) => one.date);
    const [first, second, last] = days as [string, string, string];
    expect(await dates({})).toEqual([last]);
    expect(await dates({ from: first })).toEqual(days);
    expect(await dates({ from: second, to: second })).toEqual([second]);
    expect(await dates({ from: `${second}T23:59:59Z`, to: `${last}T00:00:00Z` })).toEqual([second, last]);
    // One second before midnight three hours to the east is still the day before.
    expect(await dates({ from: `${second}T02:59:59+03:00`, to: second })).toEqual([first, second]);
    expect(await dates({ to: second })).toEqual([first, second]);
    const headers = await bearer(merchant.person);
    const query = { from: first, to: first };
    const { data } = (await call(test.app, metrics.getMonthlyMetrics, { headers, query })).body;
    const inMonth = days.filter((one) => one.slice(0, 7) === first.slice(0, 7)).length;
    expect(data).toMatchObject([{ month: first.slice(0, 7), requests: inMonth }]);
    shift = 0;
  });

  it.each([
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2025-02-30' }, 'to'],
    [{ from: '2025-04-07T25:00:00Z' }, 'from'],
    [{ from: '0001-01-01', to: '0001-01-02' }, 'to'],
    [{ to: '2016-12-31T23:59:60Z' }, 'to'],
    [{ from: '2025-04-08', to: '2025-04-07' }, 'after'],
    [{ from: '1990-01-01', to: '2025-04-07' }, 'days apart'],
    [{ from: '' }, 'from'],
  ])('refuse the range %j', async (query, part) => {
    const { bearer: headers } = await newPerson(test.app);
    for (const op of [
      metrics.getDailyMetrics,
      metrics.getMonthlyMetrics,
      metrics.getDailyPaymentMetrics,
      metrics.getMonthlyPaymentMetrics,
    ]) {
      const answer = await attempt(test.app, op, { headers, query });
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
      expect(answer.body['details']).toContain(part);
    }
  });

  it.each(metrics.operations)('$id needs a person', async (op) => {
    const merchant = await newMerchant(test.app);
    for (const headers of [{}, merchant.headers] as Record<string, string>[]) {
      expect(await attempt(test.app, op, { headers })).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
    }
  });
});

describe('payment metrics', () => {
  const dailyOf = async (person: Pick<Person, 'email'>, query: object = {}) =>
    (await call(test.app, metrics.getDailyPaymentMetrics, { headers: await bearer(person), query })).body
      .data;
  const set = (owner: Person, change: string, where: string) =>
    test.database.database.executeSql(`update settlements set ${change} where owner = $1 and ${where}`, [
      `user:${owner.id}`,
    ]);

  it('come out of the journal, money as text', async () => {
    const { app, localnet } = test;
    const merchant = await newMerchant(app);
    const [one, two] = [await newPayer(localnet), await newPayer(localnet)];
    const pay = async (payer: typeof one, amount = price) =>
      settle(app, merchant, await paymentBody({ localnet, payer, payTo: merchant.payTo, amount }));
    expect(await dailyOf(merchant.person)).toEqual([]);
    await pay(one);
    await pay(one);
    await pay(two, 1n);
    await pay(two);
    await verify(app, merchant, await paymentBody({ localnet, payer: two, payTo: merchant.payTo }));
    // A verdict that says no is one, too; a body that names no known token has none.
    await verify(
      app,
      merchant,
      await paymentBody({ localnet, payer: two, payTo: merchant.payTo, value: 1n, amount: 2n }),
    );
    await verify(app, merchant, {});
    const failure = `status = 'failed', settled_at = null`;
    await set(
      merchant.person,
      failure,
      `amount = ${price} and payer = decode('${two.address.slice(2)}', 'hex')`,
    );
    const { rows } = await test.database.database.executeSql(
      `select sum(fee)::text as fees from settlements where owner = $1`,
      [`user:${merchant.person.id}`],
    );
    const figures = {
      network: 'base-sepolia',
      asset: checksum(localnet.addresses.usdc),
      symbol: 'USDC',
      decimals: 6,
      verifications: 2,
      settlements: 3,
      failed: 1,
      volume: (2n * price + 1n).toString(),
      fees: rows[0]?.['fees'],
      uniquePayers: 2,
    };
    expect(await dailyOf(merchant.person)).toEqual([{ date: day(), ...figures }]);
    const headers = merchant.person.bearer;
    expect((await call(app, metrics.getMonthlyPaymentMetrics, { headers })).body.data).toEqual([
      { month: day().slice(0, 7), ...figures },
    ]);
    expect((await call(app, metrics.getPaymentMetricsSummary, { headers })).body.data).toEqual([figures]);
    expect(BigInt(figures.fees as string)).toBeGreaterThan(0n);
  });

  it('are a person’s own, an admin sees all', async () => {
    const { app, localnet } = test;
    const merchant = await newMerchant(app);
    const payer = await newPayer(localnet);
    const stranger = await newMerchant(app);
    const admin = await newAdmin();
    const total = async () => {
      const headers = await bearer(admin);
      const { data } = (await call(app, metrics.getPaymentMetricsSummary, { headers })).body;
      return data.find((row) => row.symbol === 'USDC') ?? { settlements: 0, verifications: 0 };
    };
    const before = await total();
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo });
    await verify(app, merchant, body);
    await settle(app, merchant, body);
    expect(await dailyOf(merchant.person)).toMatchObject([{ verifications: 1, settlements: 1 }]);
    expect(await dailyOf(stranger.person)).toEqual([]);
    expect(await total()).toMatchObject({
      settlements: before.settlements + 1,
      verifications: before.verifications + 1,
    });
  });

  it('belong to the day a payment came in, in UTC, whatever the database’s zone', async () => {
    const { app, localnet } = test;
    const merchant = await newMerchant(app);
    for (let i = 0; i < 3; i += 1) {
      const payer = await newPayer(localnet);
      await settle(
        app,
        merchant,
        await paymentBody({ localnet, payer, payTo: merchant.payTo, amount: BigInt(i + 1) }),
      );
    }
    await set(merchant.person, `created_at = '2025-04-06T23:59:59.999Z'`, 'amount = 1');
    await set(merchant.person, `created_at = '2025-04-07T00:00:00Z'`, 'amount = 2');
    await set(merchant.person, `created_at = '2025-05-01T00:00:00Z'`, 'amount = 3');
    const volumes = async (query: object) =>
      (await dailyOf(merchant.person, query)).map((row) => `${row.date} ${row.volume}`);
    expect(await volumes({ from: '2025-04-01', to: '2025-05-02' })).toEqual([
      '2025-04-06 1',
      '2025-04-07 2',
      '2025-05-01 3',
    ]);
    expect(await volumes({ from: '2025-04-07', to: '2025-04-07' })).toEqual(['2025-04-07 2']);
    expect(await volumes({ from: '2025-04-06', to: '2025-04-06' })).toEqual(['2025-04-06 1']);
    const headers = merchant.person.bearer;
    const query = { from: '2025-04-20', to: '2025-04-21' };
    const { data } = (await call(app, metrics.getMonthlyPaymentMetrics, { headers, query })).body;
    expect(data).toMatchObject([{ month: '2025-04', volume: '3', uniquePayers: 2 }]);
  });
});
