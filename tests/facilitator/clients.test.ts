import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMerchantClient,
  deleteMerchantClient,
  listMerchantClients,
  rotateMerchantClient,
} from '#schemas/facilitator/clients.ts';
import { getSupported } from '#schemas/facilitator/system.ts';
import { systemClock } from '#src/core/clock.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import {
  chainOf,
  keyHeaders,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  newPerson,
  paymentBody,
  settle,
  verify,
} from './kit.ts';

let test: TestApp;
let replica: TestApp;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
beforeAll(async () => {
  test = await bootApp({ compose: { clock } });
  replica = await bootApp({ replicaOf: test, compose: { clock } });
});
afterAll(async () => {
  await replica.close();
  await test.close();
});

const supported = (headers: Record<string, string>) => attempt(test.app, getSupported, { headers });
const unauthorized = { status: 401, body: { code: 'UNAUTHORIZED' } };

describe('a client key', () => {
  it('is made and listed as the contract shows, its token shown once', async () => {
    const { bearer } = await newPerson(test.app);
    const body = { title: ' my-resource-server ', scope: 'verify, settle', ttl_hours: 8760 };
    const { client } = (await call(test.app, createMerchantClient, { headers: bearer, body })).body.data;
    expect(client).toEqual({
      clientId: expect.any(String),
      token: expect.any(String),
      title: 'my-resource-server',
      scope: 'verify,settle',
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    const hours = (Date.parse(client.expiresAt ?? '') - Date.parse(client.createdAt)) / 3_600_000;
    expect(hours).toBe(8760);
    const { token: _token, ...shown } = client;
    expect((await call(test.app, listMerchantClients, { headers: bearer })).body).toEqual({ data: [shown] });
  });

  it('defaults to all operations and no expiry', async () => {
    const { bearer } = await newPerson(test.app);
    const body = { title: 'all' };
    const { client } = (await call(test.app, createMerchantClient, { headers: bearer, body })).body.data;
    expect(client).toMatchObject({ scope: 'verify,settle', expiresAt: null });
  });

  it.each([
    [{}, 'title'],
    [{ title: '  ' }, 'title'],
    [{ title: 'a', scope: 'verify,mint' }, 'scope'],
    [{ title: 'a', ttl_hours: 0 }, 'ttl_hours'],
    [{ title: 'a', ttl_hours: '5' }, 'ttl_hours'],
    [{ title: 'a', pay_to: ['0x12'] }, 'pay_to'],
    [{ title: 'a', quota_per_minute: 0 }, 'quota_per_minute'],
    [{ title: 'a', owner: 'me' }, 'owner'],
  ])('is not made from %j', async (body, field) => {
    const { bearer } = await newPerson(test.app);
    const answer = await attempt(test.app, createMerchantClient, { headers: bearer, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(answer.body['details']).toContain(field);
  });

  it('opens nothing but its own door', async () => {
    const one = await newMerchant(test.app);
    const two = await newMerchant(test.app);
    expect((await supported(one.headers)).status).toBe(200);
    const [generation, random, mac] = one.token.split('.') as [string, string, string];
    const flipped = `${mac.slice(0, -2)}${mac.at(-2) === 'A' ? 'B' : 'A'}${mac.at(-1)}`;
    for (const headers of [
      {},
      { 'x-client-id': one.clientId },
      { 'x-client-token': one.token },
      keyHeaders(one.clientId, two.token),
      keyHeaders('mc_nobody', one.token),
      keyHeaders(one.clientId, `2.${random}.${mac}`),
      keyHeaders(one.clientId, `${generation}.${random}.${flipped}`),
      keyHeaders(one.clientId, ''),
      keyHeaders(one.clientId, one.token.repeat(20)),
      one.person.bearer,
    ]) {
      expect(await supported(headers as Record<string, string>)).toMatchObject(unauthorized);
    }
  });

  it('is dead on the next call once revoked, on every replica', async () => {
    const { clientId, headers, person } = await newMerchant(test.app);
    for (const { app } of [test, replica])
      expect((await attempt(app, getSupported, { headers })).status).toBe(200);
    const answer = await call(test.app, deleteMerchantClient, {
      headers: person.bearer,
      params: { id: clientId },
    });
    expect(answer.body).toEqual({ data: { deleted: clientId } });
    for (const { app } of [test, replica]) {
      expect(await attempt(app, getSupported, { headers })).toMatchObject(unauthorized);
    }
    expect((await call(test.app, listMerchantClients, { headers: person.bearer })).body).toEqual({
      data: [],
    });
    expect(
      await attempt(test.app, deleteMerchantClient, { headers: person.bearer, params: { id: clientId } }),
    ).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('belongs to its user alone', async () => {
    const { clientId } = await newMerchant(test.app);
    const stranger = await newPerson(test.app);
    const given = { headers: stranger.bearer, params: { id: clientId } };
    for (const op of [deleteMerchantClient, rotateMerchantClient]) {
      expect(await attempt(test.app, op, given)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect((await call(test.app, listMerchantClients, { headers: stranger.bearer })).body).toEqual({
      data: [],
    });
  });

  it('rotates: the old token works until its grace ends', async () => {
    const { clientId, headers, person } = await newMerchant(test.app);
    const rotate = (grace_hours: number) =>
      call(test.app, rotateMerchantClient, {
        headers: person.bearer,
        params: { id: clientId },
        body: { grace_hours },
      });
    const { client } = (await rotate(1)).body.data;
    expect(client.previousTokenExpiresAt).toBeDefined();
    expect((await supported(headers)).status).toBe(200);
    expect((await supported(keyHeaders(clientId, client.token))).status).toBe(200);
    shift += 3_601_000;
    expect(await supported(headers)).toMatchObject(unauthorized);
    expect((await supported(keyHeaders(clientId, client.token))).status).toBe(200);
  });

  it('rotates again: each old token works until its own grace ends, none outlives a rotation without', async () => {
    const { clientId, headers, person } = await newMerchant(test.app);
    const rotate = async (grace_hours: number) => {
      const given = { headers: person.bearer, params: { id: clientId }, body: { grace_hours } };
      const { client } = (await call(test.app, rotateMerchantClient, given)).body.data;
      return keyHeaders(clientId, client.token);
    };
    const two = await rotate(0.03);
    const three = await rotate(0.01);
    const four = await rotate(0.02);
    const statuses = () =>
      Promise.all([headers, two, three, four].map(async (one) => (await supported(one)).status));
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    shift += 37_000;
    expect(await statuses()).toEqual([200, 401, 200, 200]);
    shift += 37_000;
    expect(await statuses()).toEqual([200, 401, 401, 200]);
    expect((await supported(await rotate(0))).status).toBe(200);
    expect(await statuses()).toEqual([401, 401, 401, 401]);
  });

  it('expires', async () => {
    const { headers } = await newMerchant(test.app, { ttl_hours: 0.5 });
    expect((await supported(headers)).status).toBe(200);
    shift += 1_800_000;
    expect(await supported(headers)).toMatchObject(unauthorized);
  });

  it('pages by offset and limit, newest first', async () => {
    const { bearer } = await newPerson(test.app);
    for (const title of ['a', 'b', 'c'])
      await call(test.app, createMerchantClient, { headers: bearer, body: { title } });
    const titles = async (query: object) =>
      (await call(test.app, listMerchantClients, { headers: bearer, query })).body.data.map(
        (one) => one.title,
      );
    expect(await titles({})).toEqual(['c', 'b', 'a']);
    expect(await titles({ offset: 1, limit: 1 })).toEqual(['b']);
    const answer = await attempt(test.app, listMerchantClients, { headers: bearer, query: { limit: 0 } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });
});

describe.each([
  ['verify', verify],
  ['settle', settle],
] as const)('what a key may %s', (name, ask) => {
  const asks = async (merchant: Merchant, payTo = merchant.payTo) => {
    const { localnet } = test;
    const payer = await newPayer(localnet);
    const validBefore = Math.floor(clock.now().getTime() / 1000) + 3_600;
    return ask(test.app, merchant, await paymentBody({ localnet, payer, payTo, validBefore }));
  };
  const done = name === 'verify' ? { isValid: true } : { success: true };

  it('follows its scope', async () => {
    for (const scope of [undefined, name, 'verify,settle']) {
      const merchant = await newMerchant(test.app, scope === undefined ? {} : { scope });
      expect(await asks(merchant)).toMatchObject({ status: 200, body: done });
    }
    const other = await newMerchant(test.app, { scope: name === 'verify' ? 'settle' : 'verify' });
    expect(await asks(other)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', message: expect.stringContaining(`scope ${name}`) },
    });
  });

  it('follows its payees, in any case', async () => {
    const payTo = newAddress();
    const merchant = await newMerchant(test.app, { pay_to: [payTo.toLowerCase(), newAddress()] });
    expect(await asks(merchant, payTo)).toMatchObject({ status: 200, body: done });
    const before = await chainOf(test.localnet).usdc(merchant.payTo);
    expect(await asks(merchant)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(before);
  });

  it('ends with its hours', async () => {
    const merchant = await newMerchant(test.app, { ttl_hours: 1 });
    shift += 3_590_000;
    expect(await asks(merchant)).toMatchObject({ status: 200, body: done });
    shift += 10_000;
    expect(await asks(merchant)).toMatchObject(unauthorized);
  });

  it('follows its quota, which is its own, and says when it may go on', async () => {
    const merchant = await newMerchant(test.app, { quota_per_minute: 2 });
    const answers = [await asks(merchant), await asks(merchant), await asks(merchant)];
    expect(answers.map((one) => one.status)).toEqual([200, 200, 429]);
    expect(answers[0]?.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    expect(answers[2]?.body).toMatchObject({ code: 'RATE_LIMITED' });
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await asks(await newMerchant(test.app))).toMatchObject({ status: 200 });
  });

  it('ends with its revocation', async () => {
    const merchant = await newMerchant(test.app);
    expect(await asks(merchant)).toMatchObject({ status: 200, body: done });
    await call(test.app, deleteMerchantClient, {
      headers: merchant.person.bearer,
      params: { id: merchant.clientId },
    });
    expect(await asks(merchant)).toMatchObject(unauthorized);
  });
});
