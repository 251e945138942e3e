import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { getClient, revokeClient, updateClient } from '#schemas/adapter/clients.ts';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { executeMint, signMint } from '#schemas/adapter/mint.ts';
import { operations } from '#schemas/index.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call, urlOf } from '#tests/kit/call.ts';
import { admin, bearer, type Client, final, newClient, newReceipt, newUser, outcome } from './kit.ts';

const origin = 'https://shop.example.com';
const others = 'https://other.example.com:8443';
let world: TestApp;
let client: Client;
let other: Client;

beforeAll(async () => {
  world = await bootApp();
  // As an operator may write it; browsers send it in lower case and without the standard port.
  client = await newClient(world, { allowedOrigins: ['https://Shop.Example.com:443'] });
  other = await newClient(world, { allowedOrigins: [others] });
});

afterAll(() => world.close());

const preflight = (from: string | undefined, url = externalSignMint.path) =>
  world.app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      ...(from === undefined ? {} : { origin: from }),
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-user-id',
    },
  });
const ask = (receiptId: string, headers: Record<string, string>) =>
  attempt(world.app, externalSignMint, { headers, body: { receiptId } });
const announced = async (user: string, amount = '7', as = client) => {
  const receiptId = newReceipt();
  await call(world.app, signMint, { headers: as.as(user), body: { receiptId, amount } });
  return receiptId;
};

describe('a preflight', () => {
  test.each([origin, others])('allows %s, which an active client lists', async (from) => {
    const { statusCode, headers, body } = await preflight(from);
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': from,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringMatching(/Authorization.*Content-Type.*X-User-Id/),
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test.each(['https://evil.example.com', 'http://shop.example.com', 'null', '*', undefined])(
    'allows no %s',
    async (from) => {
      const { statusCode, headers, body } = await preflight(from);
      expect([statusCode, JSON.parse(body)]).toMatchObject([403, { error: { code: 'ORIGIN_NOT_ALLOWED' } }]);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers['vary']).toBe('Origin');
    },
  );

  test('is answered on this route alone', async () => {
    const elsewhere = operations.filter((op) => op !== externalSignMint);
    expect(elsewhere.length).toBeGreaterThan(20);
    for (const op of elsewhere) {
      const { statusCode, headers } = await preflight(origin, urlOf(op, op.examples.params));
      expect(statusCode, op.id).toBe(405);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const { headers } = await world.app.inject({ url: '/api/v1/wallet', headers: { origin } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('follows what operators change, and ends with the client', async () => {
    const moving = 'https://moving.example.com';
    const own = await newClient(world, { allowedOrigins: [moving] });
    const params = { clientId: own.clientId };
    const given = { params, headers: admin(world) };
    expect((await preflight(moving)).statusCode).toBe(204);
    const to = { body: { allowedOrigins: ['https://moved.example.com', 'https://MOVED.example.com'] } };
    await call(world.app, updateClient, { ...given, ...to });
    const { client: read } = (await call(world.app, getClient, given)).body;
    expect(read.allowedOrigins).toEqual(['https://moved.example.com']);
    expect((await preflight(moving)).statusCode).toBe(403);
    expect((await preflight('https://moved.example.com')).statusCode).toBe(204);
    await call(world.app, revokeClient, given);
    expect((await preflight('https://moved.example.com')).statusCode).toBe(403);
  });

  test('an origin that is none is refused when it is set', async () => {
    const body = { allowedOrigins: ['https://ok.example.com', 'https://[1:2'] };
    const given = { params: { clientId: client.clientId }, headers: admin(world), body };
    const { status, body: answer } = await attempt(world.app, updateClient, given);
    expect([status, answer]).toMatchObject([400, { error: { details: { field: 'allowedOrigins.1' } } }]);
  });
});

describe('the call', () => {
  test('renews the voucher of an announced receipt, which then mints what was announced', async () => {
    const user = newUser();
    const receiptId = await announced(user, '41');
    const { clientId, clientSecret } = client;
    const narrow = await call(world.app, issueToken, { body: { clientId, clientSecret, scope: 'external' } });
    const headers = { ...bearer(narrow.body.accessToken), 'x-user-id': user, origin };
    const { status, body, headers: answered } = await ask(receiptId, headers);
    expect(status).toBe(200);
    expect(answered).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
    const exposed = String(answered['access-control-expose-headers']).split(', ');
    for (const name of ['X-Request-Id', 'RateLimit-Remaining', 'Retry-After'])
      expect(exposed).toContain(name);
    const { voucher } = body as { voucher: { signature: string; amount: string } };
    expect(voucher).toMatchObject({ receiptId, amount: '41' });
    const execute = { headers: client.as(user), body: { receiptId, signature: voucher.signature } };
    const { id } = (await call(world.app, executeMint, execute)).body.transaction;
    expect(await final(world, client, user, id)).toMatchObject({ status: 'confirmed', amount: '41' });
    const again = await ask(receiptId, headers);
    expect([again.status, again.body]).toMatchObject([
      409,
      { error: { code: 'RECEIPT_ALREADY_MINTED', details: { transactionId: id } } },
    ]);
    // A page can do nothing else with such a token.
    expect(await outcome(world.app, signMint, { headers, body: { receiptId: 'r', amount: '1' } })).toEqual([
      403,
      'INSUFFICIENT_SCOPE',
    ]);
  });

  test('a page chooses neither amount nor recipient, and announces nothing', async () => {
    const user = newUser();
    const headers = client.as(user, { origin });
    const receiptId = await announced(user);
    const body = { receiptId, amount: '1000' };
    const more = await attempt(world.app, externalSignMint, { headers, body });
    expect([more.status, more.body]).toMatchObject([400, { error: { details: { field: 'amount' } } }]);
    const none = [404, 'RECEIPT_NOT_FOUND'];
    const given = (id: string, as: Record<string, string>) => ({ headers: as, body: { receiptId: id } });
    expect(await outcome(world.app, externalSignMint, given(newReceipt(), headers))).toEqual(none);
    const stranger = client.as(newUser(), { origin });
    expect(await outcome(world.app, externalSignMint, given(receiptId, stranger))).toEqual(none);
    const theirs = await announced(user, '7', other);
    expect(await outcome(world.app, externalSignMint, given(theirs, headers))).toEqual(none);
  });

  test("another client's origin passes the preflight and is refused by the call, readably", async () => {
    const user = newUser();
    const receiptId = await announced(user);
    const refused = await ask(receiptId, client.as(user, { origin: others }));
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: 'ORIGIN_NOT_ALLOWED' } }]);
    expect(refused.headers['access-control-allow-origin']).toBe(others);
    const denied = [403, 'ORIGIN_NOT_ALLOWED'];
    const from = (headers: Record<string, string>) =>
      outcome(world.app, externalSignMint, { headers, body: { receiptId } });
    expect(await from(client.as(user, { origin: 'https://evil.example.com' }))).toEqual(denied);
    expect(await from(client.as(user, { origin: 'null' }))).toEqual(denied);
    expect(await from(client.as(user))).toEqual(denied);
  });

  test('what auth refuses, a page of an allowed origin can read', async () => {
    const user = newUser();
    const narrow = await newClient(world, { scopes: ['mint'], allowedOrigins: [origin] });
    const expectRefusal = async (headers: Record<string, string>, status: number, code: string) => {
      const answer = await ask('r', { origin, ...headers });
      expect([answer.status, answer.body]).toMatchObject([status, { error: { code } }]);
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
    };
    await expectRefusal({ 'x-user-id': user }, 401, 'MISSING_AUTH');
    await expectRefusal({ ...bearer('a.b.c'), 'x-user-id': user }, 401, 'INVALID_TOKEN');
    await expectRefusal(narrow.as(user), 403, 'INSUFFICIENT_SCOPE');
    await expectRefusal(bearer(client.accessToken), 400, 'MISSING_USER_ID');
  });
});
