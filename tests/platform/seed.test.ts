import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '#schemas/index.ts';
import { logInAccount, refreshSession } from '#schemas/platform/accounts.ts';
import { createApiKey, listApiKeys } from '#schemas/platform/api-keys.ts';
import { platformErrors } from '#schemas/platform/errors.ts';
import { getNetwork, listNetworks } from '#schemas/platform/networks.ts';
import { platformScopes } from '#schemas/platform/plane.ts';
import { createPlatformWallet, listPlatformWallets } from '#schemas/platform/wallets.ts';
import { systemClock } from '#src/core/clock.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newKey, newTenant, type Tenant } from './kit.ts';

// The contract's own words and examples, as its authentication page prints them.
let test: TestApp;
let tenant: Tenant;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
beforeAll(async () => {
  test = await bootApp({ compose: { clock } });
  tenant = await newTenant(test.app);
});
afterAll(() => test.close());

const decoded = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

describe('API keys (resource endpoints)', () => {
  it.each([
    ['secret', 'test', 'sk_test_', 'Read + Write'],
    ['secret', 'live', 'sk_live_', 'Read + Write'],
    ['publishable', 'test', 'pk_test_', 'Read only'],
    ['publishable', 'live', 'pk_live_', 'Read only'],
  ] as const)('%s key (%s): %s…, %s', async (type, environment, prefix, permissions) => {
    const made = await newKey(test.app, tenant, { type, environment });
    expect(made.key.startsWith(prefix)).toBe(true);
    expect((await attempt(test.app, listPlatformWallets, { headers: as(made) })).status).toBe(200);
    const write = await attempt(test.app, createPlatformWallet, { headers: as(made), body: {} });
    if (permissions === 'Read + Write') expect(write.status).toBe(201);
    else expect(errorOf(write)).toMatchObject({ code: 'secret_key_required', status: 403 });
    const reached = await call(test.app, listNetworks, { headers: as(made) });
    expect(reached.body.data.every(({ testnet }) => testnet === (environment === 'test'))).toBe(true);
  });
});

describe('JWT (dashboard endpoints)', () => {
  it('full auth flow', async () => {
    // 1. Login to get tokens
    const credentials = { email: tenant.email, password: 'secure-password' };
    const { body: auth } = await call(test.app, logInAccount, { body: credentials });
    expect(auth).toMatchObject({
      access_token: expect.stringMatching(/^eyJhbGciOiJIUzI1NiIs/),
      refresh_token: expect.stringMatching(/^eyJ/),
      expires_in: 3600,
    });
    // 2. Use access token for dashboard operations
    await call(test.app, listApiKeys, { headers: as(auth.access_token) });
    // 3. Refresh before expiry
    const { body: refreshed } = await call(test.app, refreshSession, {
      body: { refresh_token: auth.refresh_token },
    });
    await call(test.app, listApiKeys, { headers: as(refreshed.access_token) });
  });

  it('access tokens live an hour, refresh tokens seven days', async () => {
    const { body } = await call(test.app, logInAccount, {
      body: { email: tenant.email, password: 'secure-password' },
    });
    for (const [token, seconds] of [
      [body.access_token, 3600],
      [body.refresh_token, 7 * 24 * 3600],
    ] as const) {
      const [header, claims] = decoded(token) as [Record<string, unknown>, { iat: number; exp: number }];
      expect(header['alg']).toBe('HS256');
      expect(claims.exp - claims.iat).toBe(seconds);
    }
  });
});

describe('scopes', () => {
  it('are those of the table, and every one is accepted', async () => {
    const pairs = ['identities', 'compliance', 'governance', 'roles', 'vesting', 'vaults', 'webhooks'];
    const table = [
      ...['tokens', 'wallets', 'transactions', 'nfts', ...pairs].flatMap((group) => [
        `${group}:read`,
        `${group}:write`,
      ]),
      'events:read',
      'gas_estimates:read',
      'batch:write',
      'networks:read',
    ];
    expect([...platformScopes].toSorted()).toEqual(table.toSorted());
    const { body } = await call(test.app, createApiKey, {
      headers: tenant.user,
      body: { name: 'all', scopes: [...platformScopes] },
    });
    expect(body.scopes).toEqual([...platformScopes]);
  });

  it('a read-only key for monitoring lists resources, but can neither deploy, mint nor transfer', async () => {
    const { body: monitor } = await call(test.app, createApiKey, {
      headers: tenant.user,
      body: {
        name: 'monitoring-readonly',
        scopes: ['tokens:read', 'transactions:read', 'wallets:read', 'events:read'],
      },
    });
    expect(monitor).toMatchObject({ type: 'secret', environment: 'test' });
    const granted = operations.filter(
      ({ plane, scope = '', method, path }) =>
        plane === 'platform' &&
        method === 'GET' &&
        !path.includes(':') &&
        !path.endsWith('/stream') &&
        monitor.scopes!.includes(scope),
    );
    expect(granted.length).toBeGreaterThan(1);
    for (const op of granted)
      expect((await attempt(test.app, op, { headers: as(monitor) })).status, op.id).toBe(200);
    const writes = operations.filter(
      ({ plane, scope = '' }) => plane === 'platform' && scope.endsWith(':write'),
    );
    expect(writes.length).toBeGreaterThan(2);
    for (const op of writes) {
      const answer = await attempt(test.app, op, {
        headers: as(monitor),
        params: op.examples.params,
        body: {},
      });
      expect(errorOf(answer), op.id).toMatchObject({ code: 'forbidden', required_scope: op.scope });
    }
  });

  it('omitting scopes grants full access', async () => {
    expect((await newKey(test.app, tenant)).scopes).toBeNull();
  });
});

describe('error codes', () => {
  it.each([
    ['unauthorized', 401],
    ['token_expired', 401],
    ['invalid_credentials', 401],
    ['forbidden', 403],
    ['key_expired', 403],
    ['ip_not_allowed', 403],
  ] as const)('%s is %i', (code, status) => {
    expect(platformErrors[code].status).toBe(status);
  });

  it('are answered when they should be', async () => {
    const soon = Math.floor(clock.now().getTime() / 1000) + 60;
    const expiring = await newKey(test.app, tenant, { expires_at: soon });
    const elsewhere = await newKey(test.app, tenant, { allowed_ips: ['203.0.113.0/24'] });
    const narrow = await newKey(test.app, tenant, { scopes: ['events:read'] });
    const { user } = tenant;
    shift += 3_601_000;
    const wrong = { email: tenant.email, password: 'wrong-password' };
    const answers = {
      unauthorized: await attempt(test.app, getNetwork, { params: { id: 'base' } }),
      token_expired: await attempt(test.app, listApiKeys, { headers: user }),
      invalid_credentials: await attempt(test.app, logInAccount, { body: wrong }),
      forbidden: await attempt(test.app, listNetworks, { headers: as(narrow) }),
      key_expired: await attempt(test.app, listNetworks, { headers: as(expiring) }),
      ip_not_allowed: await attempt(test.app, listNetworks, { headers: as(elsewhere) }),
    };
    for (const [code, answer] of Object.entries(answers)) {
      const { status } = platformErrors[code as keyof typeof platformErrors];
      expect([answer.status, errorOf(answer)['code'], errorOf(answer)['status']]).toEqual([
        status,
        code,
        status,
      ]);
    }
  });
});
