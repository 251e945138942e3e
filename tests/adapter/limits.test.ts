import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { updateClient } from '#schemas/adapter/clients.ts';
import { getPublicOpenApi } from '#schemas/adapter/openapi.ts';
import { adapterPlane } from '#schemas/adapter/plane.ts';
import { operations } from '#schemas/index.ts';
import { listWalletTransactions } from '#schemas/adapter/wallet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { admin, type Client, newClient, tokenOf } from './kit.ts';

let world: TestApp;

beforeAll(async () => {
  world = await bootApp();
});

afterAll(() => world.close());

const ask = (client: Pick<Client, 'accessToken'>, more: { user?: string; from?: string } = {}) =>
  world.app.inject({
    method: 'GET',
    url: listWalletTransactions.path,
    headers: { authorization: `Bearer ${client.accessToken}`, ...(more.user && { 'x-user-id': more.user }) },
    ...(more.from && { remoteAddress: more.from }),
  });

describe.each([
  ['starter', 100],
  ['standard', 500],
  ['enterprise', 2000],
] as const)('the tier %s', (tier, limit) => {
  test(`allows ${limit} a minute, over all tokens and users of a client, and tells the reset`, async () => {
    const [client, bystander] = [await newClient(world, { tier }), await newClient(world, { tier })];
    const second = { accessToken: await tokenOf(world.app, client.clientId, client.clientSecret) };
    expect((await ask(client, { user: 'user_1' })).statusCode).toBe(200);
    expect((await ask(second, { user: 'user_2' })).statusCode).toBe(200);
    // Counted before anything else is looked at, so requests without a user are the lightest.
    const burst = await Promise.all(
      Array.from({ length: limit + 20 }, (_, i) => ask(i % 2 ? client : second)),
    );
    // However many come at once: those within the limit pass, each counted once, the rest is told.
    const passed = burst.filter(({ statusCode }) => statusCode === 400);
    const left = passed.map(({ headers }) => Number(headers['ratelimit-remaining']));
    expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: limit - 2 }, (_, i) => i));
    expect(burst.filter(({ statusCode }) => statusCode === 429)).toHaveLength(22);

    for (const one of [client, second]) expectRefused(await ask(one, { user: 'user_3' }), limit);
    const untouched = await ask(bystander, { user: 'user_1' });
    expect([untouched.statusCode, untouched.headers]).toMatchObject([
      200,
      { 'ratelimit-limit': `${limit}`, 'ratelimit-remaining': `${limit - 1}` },
    ]);
  });
});

/** Headers and body of a 429 say the same: the limit, and the moment it resets. */
function expectRefused(answer: Awaited<ReturnType<typeof ask>>, limit: number): void {
  const { error } = answer.json<{ error: { details: { resetAt: string } } }>();
  expect([answer.statusCode, error]).toMatchObject([
    429,
    {
      code: 'RATE_LIMIT_EXCEEDED',
      message: expect.stringMatching(
        new RegExp(`^Too many requests: ${limit} a minute .* resets in \\d+ s$`),
      ),
      details: { limit },
    },
  ]);
  const { headers } = answer;
  expect(headers).toMatchObject({ 'ratelimit-limit': `${limit}`, 'ratelimit-remaining': '0' });
  const reset = Number(headers['ratelimit-reset']);
  expect(reset).toBeGreaterThan(0);
  expect(reset).toBeLessThanOrEqual(60);
  expect(headers).toMatchObject({ 'retry-after': `${reset}`, 'x-ratelimit-reset': `${reset}` });
  const told = (new Date(error.details.resetAt).getTime() - Date.now()) / 1000;
  expect(Math.abs(told - reset)).toBeLessThan(5);
}

test('a denied address does not use up the quota of the client, however often it asks', async () => {
  const client = await newClient(world, { tier: 'starter' });
  const body = { allowedIps: ['10.1.0.0/16'] };
  const params = { clientId: client.clientId };
  await call(world.app, updateClient, { headers: admin(world), params, body });
  const denied = await Promise.all(Array.from({ length: 150 }, () => ask(client, { from: '10.2.0.1' })));
  expect(new Set(denied.map(({ statusCode }) => statusCode))).toEqual(new Set([403]));
  const allowed = await ask(client, { user: 'user_1', from: '10.1.0.1' });
  expect([allowed.statusCode, allowed.headers]).toMatchObject([200, { 'ratelimit-remaining': '99' }]);
});

test('the documentation of this plane alone, without credentials and without a limit', async () => {
  const { body, headers } = await call(world.app, getPublicOpenApi, {});
  const paths = Object.keys(body['paths'] as object);
  const own = operations.filter(({ plane }) => plane === adapterPlane.name);
  expect(paths.length).toBeGreaterThan(5);
  expect(new Set(paths)).toEqual(new Set(own.map(({ path }) => path.replaceAll(/:(\w+)/g, '{$1}'))));
  expect(headers['ratelimit-limit']).toBeUndefined();
});

test('without its database the plane says that it is unavailable', async () => {
  const own = await appOfTest({ oneHandle: true });
  const client = await newClient(own);
  await own.database.database.close();
  const { clientId, clientSecret } = client;
  const refused = await attempt(own.app, issueToken, { body: { clientId, clientSecret } });
  expect([refused.status, refused.body]).toMatchObject([503, { error: { code: 'SERVICE_UNAVAILABLE' } }]);
});
