import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '#schemas/index.ts';
import { authNames } from '#schemas/kit/plane.ts';
import { getMe, logInAccount } from '#schemas/platform/accounts.ts';
import { createApiKey, listApiKeys } from '#schemas/platform/api-keys.ts';
import { streamEvents } from '#schemas/platform/events.ts';
import { estimateGas } from '#schemas/platform/gas-estimates.ts';
import { listNetworks } from '#schemas/platform/networks.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, urlOf } from '#tests/kit/call.ts';
import { as, newKey, newTenant, password, type Tenant } from './kit.ts';

const dashboard = 'https://dashboard.example.com';
const site = 'https://shop.example.com:8443';
const foreign = 'https://evil.example.com';

let test: TestApp;
let tenant: Tenant;
beforeAll(async () => {
  test = await bootApp({ env: { DASHBOARD_ORIGINS: dashboard, PAGE_ORIGINS: site } });
  tenant = await newTenant(test.app);
});
afterAll(() => test.close());

type Op = (typeof operations)[number];
const preflight = ({ app }: TestApp, origin: string | undefined, op: Op) =>
  app.inject({
    method: 'OPTIONS',
    url: urlOf(op, op.examples.params),
    headers: {
      ...(origin === undefined ? {} : { origin }),
      'access-control-request-method': op.method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });
const cors = (headers: object) => Object.keys(headers).filter((name) => name.startsWith('access-control'));

const all = operations.filter(({ plane }) => plane === 'platform');
/** For everybody without a key: metadata of items, for instance. */
const published = all.filter((op) => op.path.startsWith('/v1/') && authNames(op).includes('none'));
const forPeople = all.filter((op) => !authNames(op).includes('key') && !published.includes(op));
const reads = all.filter(
  (op) => authNames(op).includes('key') && (op.method === 'GET' || op.scope?.endsWith(':read') === true),
);
const writes = all.filter((op) => ![...forPeople, ...reads, ...published].includes(op));

describe('a preflight', () => {
  it.each([
    ['a dashboard', dashboard, [...forPeople, ...reads, ...published], writes],
    ['a site', site, [...reads, ...published], [...forPeople, ...writes]],
    ['a stranger', foreign, published, [...forPeople, ...reads, ...writes]],
    ['nobody', undefined, [], all],
    ['a file', 'null', published, [...forPeople, ...reads, ...writes]],
  ])('of %s', async (_who, origin, open, shut) => {
    expect(open.length + shut.length).toBe(all.length);
    for (const op of open) {
      const { statusCode, headers, body } = await preflight(test, origin, op);
      expect([op.id, statusCode, body]).toEqual([op.id, 204, '']);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': op.method,
        'access-control-allow-headers': expect.stringMatching(/Authorization.*Content-Type/),
        'access-control-max-age': '600',
        vary: 'Origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    for (const op of shut) {
      const { statusCode, headers } = await preflight(test, origin, op);
      expect([op.id, statusCode, cors(headers)]).toEqual([op.id, 405, []]);
      expect(String(headers['allow']).split(', ')).toContain(op.method);
    }
  });

  it('of everybody is answered where the operator says so, for reading with keys alone', async () => {
    const open = await appOfTest({ env: { PAGE_ORIGINS: '*' } });
    const answer = await preflight(open, foreign, listNetworks);
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([204, foreign]);
    for (const op of [listApiKeys, createPlatformWallet, logInAccount])
      expect((await preflight(open, foreign, op)).statusCode, op.id).toBe(405);
  });

  it('opens nothing when the operator says nothing', async () => {
    const shut = await appOfTest();
    for (const op of [listNetworks, listApiKeys, logInAccount]) {
      const { statusCode, headers } = await preflight(shut, dashboard, op);
      expect([statusCode, cors(headers)]).toEqual([405, []]);
    }
  });
});

describe('a call', () => {
  it('of a dashboard is readable, what it is refused with as well', async () => {
    const { email } = tenant;
    const origin = { origin: dashboard };
    const ok = await attempt(test.app, logInAccount, { headers: origin, body: { email, password } });
    const wrong = await attempt(test.app, logInAccount, {
      headers: origin,
      body: { email, password: 'wrong-password' },
    });
    const nobody = await attempt(test.app, getMe, { headers: origin });
    const made = await attempt(test.app, createApiKey, {
      headers: { ...tenant.user, ...origin },
      body: { name: 'by the dashboard' },
    });
    expect([ok, wrong, nobody, made].map(({ status }) => status)).toEqual([200, 401, 401, 201]);
    for (const { headers } of [ok, wrong, nobody, made]) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': dashboard, vary: 'Origin' });
      const exposed = String(headers['access-control-expose-headers']).split(', ');
      for (const name of ['Retry-After', 'Idempotent-Replayed', 'RateLimit-Remaining', 'X-Request-Id'])
        expect(exposed).toContain(name);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('with a publishable key is readable for a site: reads, estimates, streams', async () => {
    const { key } = await newKey(test.app, tenant, { type: 'publishable' });
    const headers = { ...as(key), origin: site };
    const listed = await attempt(test.app, listNetworks, { headers });
    const body = { method: 'deploy', params: { name: 'A', symbol: 'A', standard: 'ERC20' } };
    const estimated = await attempt(test.app, estimateGas, { headers, body });
    const streamed = await test.app.inject({ method: 'HEAD', url: streamEvents.path, headers });
    const limited = await attempt(test.app, listNetworks, { headers: { ...headers, ...as('pk_test_no') } });
    expect([listed.status, estimated.status, streamed.statusCode, limited.status]).toEqual([
      200, 200, 200, 401,
    ]);
    for (const { headers: answered } of [listed, estimated, streamed, limited])
      expect(answered).toMatchObject({ 'access-control-allow-origin': site, vary: 'Origin' });
    const stranger = await attempt(test.app, listNetworks, { headers: { ...headers, origin: foreign } });
    // It is the browser that keeps the answer from the page.
    expect([stranger.status, cors(stranger.headers), stranger.headers['vary']]).toEqual([200, [], 'Origin']);
    const server = await attempt(test.app, listNetworks, { headers: as(key) });
    expect([cors(server.headers), server.headers['vary']]).toEqual([[], 'Origin']);
  });

  it('that needs a secret key is readable for no page', async () => {
    const { key } = await newKey(test.app, tenant);
    for (const origin of [dashboard, site]) {
      const headers = { ...as(key), origin };
      const made = await attempt(test.app, createPlatformWallet, { headers, body: {} });
      expect([made.status, cors(made.headers)]).toEqual([201, []]);
    }
  });
});
