import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { getPublicOpenApi } from '#schemas/adapter/openapi.ts';
import { adapterPlane } from '#schemas/adapter/plane.ts';
import { operations } from '#schemas/index.ts';
import { listWalletTransactions } from '#schemas/adapter/wallet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Client, newClient, outcome, tokenOf } from './kit.ts';

let world: TestApp;

beforeAll(async () => {
  world = await bootApp();
});

afterAll(() => world.close());

const read = (client: Client, app = world.app) =>
  attempt(app, listWalletTransactions, { headers: client.as('user_1') });

test('a tier is counted per client, over all its tokens and users, and the reset is told', async () => {
  const client = await newClient(world, { tier: 'starter' });
  const second = await tokenOf(world.app, client.clientId, client.clientSecret);
  const other = { authorization: `Bearer ${second}`, 'x-user-id': 'user_2' };
  const answers = await Promise.all(Array.from({ length: 99 }, () => read(client)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await outcome(world.app, listWalletTransactions, { headers: other })).toEqual([200, 'ok']);

  const refused = await read(client);
  expect([refused.status, refused.body]).toMatchObject([
    429,
    { error: { code: 'RATE_LIMIT_EXCEEDED', details: { limit: 100, resetAt: expect.stringMatching(/Z$/) } } },
  ]);
  const { details } = refused.body['error'] as { details: { resetAt: string } };
  const seconds = (new Date(details.resetAt).getTime() - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(refused.headers).toMatchObject({
    'retry-after': expect.stringMatching(/^\d+$/),
    'ratelimit-limit': '100',
    'ratelimit-remaining': '0',
  });
  const stranger = await newClient(world, { tier: 'standard' });
  expect((await read(stranger)).headers['ratelimit-limit']).toBe('500');
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
