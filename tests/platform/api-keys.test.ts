import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteUser } from '#schemas/facilitator/admin.ts';
import { logIn } from '#schemas/facilitator/accounts.ts';
import { getApiKeyUsage } from '#schemas/platform/api-key-usage.ts';
import {
  createApiKey,
  getApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from '#schemas/platform/api-keys.ts';
import { getMe, logInAccount } from '#schemas/platform/accounts.ts';
import { getNetwork, listNetworks } from '#schemas/platform/networks.ts';
import { systemClock } from '#src/core/clock.ts';
import { bearer } from '#tests/adapter/kit.ts';
import { until } from '#tests/facilitator/kit.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newKey, newTenant, password } from './kit.ts';

let test: TestApp;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
beforeAll(async () => {
  test = await bootApp({ compose: { clock }, env: { TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => test.close());

const works = async (key: { key: string } | string, on = test.app) => {
  const { status, body } = await attempt(on, listNetworks, { headers: as(key) });
  return status === 200 ? 'ok' : (body['error'] as { code: string }).code;
};
const inSeconds = (seconds: number) => Math.floor(clock.now().getTime() / 1000) + seconds;

describe('a key', () => {
  it.each([
    ['secret', 'test', /^sk_test_k[0-9A-Za-z]{49}$/],
    ['secret', 'live', /^sk_live_k[0-9A-Za-z]{49}$/],
    ['publishable', 'test', /^pk_test_k[0-9A-Za-z]{49}$/],
    ['publishable', 'live', /^pk_live_k[0-9A-Za-z]{49}$/],
  ] as const)('%s, %s: shown once, and works', async (type, environment, pattern) => {
    const tenant = await newTenant(test.app);
    const made = await newKey(test.app, tenant, { type, environment });
    const { key, ...shown } = made;
    expect(key).toMatch(pattern);
    expect(shown).toMatchObject({ object: 'api_key', type, environment, scopes: null, revoked_at: null });
    expect(shown.secrets[0]!.hint).toBe(`${key.slice(0, 12)}…${key.slice(-4)}`);
    expect(await works(key)).toBe('ok');
    const read = await call(test.app, getApiKey, { headers: tenant.user, params: { id: made.id } });
    expect(JSON.stringify(read.body)).not.toContain(key);
  });

  it('is refused before any look-up when it is none of ours', async () => {
    const { key } = await newKey(test.app, await newTenant(test.app));
    const flipped = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    for (const wrong of [
      flipped,
      key.slice(0, -1),
      `${key}0`,
      key.replace('sk_test_', 'sk_live_'),
      'sk_test_k',
    ])
      expect(await works(wrong)).toBe('unauthorized');
  });

  it('expires', async () => {
    const key = await newKey(test.app, await newTenant(test.app), { expires_at: inSeconds(60) });
    expect(await works(key)).toBe('ok');
    shift += 61_000;
    const late = await attempt(test.app, listNetworks, { headers: as(key) });
    expect(errorOf(late)).toMatchObject({ type: 'authorization_error', code: 'key_expired', status: 403 });
  });

  it('works from its addresses alone', async () => {
    const key = await newKey(test.app, await newTenant(test.app), {
      allowed_ips: ['10.1.0.0/16', '2001:db8::/32'],
    });
    const from = (ip: string) =>
      attempt(test.app, listNetworks, { headers: { ...as(key), 'x-forwarded-for': ip } });
    for (const ip of ['10.1.200.3', '2001:db8:1::7', '::ffff:10.1.0.1'])
      expect((await from(ip)).status, ip).toBe(200);
    for (const ip of ['10.2.0.1', '2001:db9::1']) {
      const answer = await from(ip);
      expect(errorOf(answer), ip).toMatchObject({ code: 'ip_not_allowed', status: 403 });
    }
  });

  it('does what its scopes say, and names the one that it lacks', async () => {
    const tenant = await newTenant(test.app);
    const can = await newKey(test.app, tenant, { scopes: ['networks:read'] });
    const cannot = await newKey(test.app, tenant, { scopes: ['tokens:read', 'tokens:write'] });
    expect(await works(can)).toBe('ok');
    const refused = await attempt(test.app, listNetworks, { headers: as(cannot) });
    expect(errorOf(refused)).toMatchObject({
      type: 'authorization_error',
      code: 'forbidden',
      status: 403,
      required_scope: 'networks:read',
    });
  });

  it('has a limit of its own', async () => {
    const key = await newKey(test.app, await newTenant(test.app), { rate_limit: 2 });
    const first = await call(test.app, listNetworks, { headers: as(key) });
    expect(first.headers['ratelimit-limit']).toBe('2');
    await call(test.app, listNetworks, { headers: as(key) });
    const third = await attempt(test.app, listNetworks, { headers: as(key) });
    expect(errorOf(third)).toMatchObject({ type: 'rate_limit_error', code: 'rate_limited', status: 429 });
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    const standard = await newKey(test.app, await newTenant(test.app));
    const { headers } = await call(test.app, listNetworks, { headers: as(standard) });
    expect(headers['ratelimit-limit']).toBe('500');
  });

  it('cannot manage keys, and a session cannot call resources', async () => {
    const tenant = await newTenant(test.app);
    const key = await newKey(test.app, tenant);
    for (const op of [listApiKeys, getMe]) {
      const answer = await attempt(test.app, op, { headers: as(key) });
      expect(errorOf(answer)).toMatchObject({ code: 'unauthorized', status: 401 });
    }
    const answer = await attempt(test.app, listNetworks, { headers: tenant.user });
    expect(errorOf(answer)).toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('is gone with the last person of its tenant', async () => {
    const tenant = await newTenant(test.app);
    const key = await newKey(test.app, tenant);
    const { body } = await call(test.app, logIn, { body: { email: tenant.email, password } });
    const admin = bearer(test.secrets.ADMIN_MASTER_KEY);
    await call(test.app, deleteUser, { headers: admin, params: { id: body.data.id } });
    expect(await works(key)).toBe('unauthorized');
  });

  it.each([
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['tokens:destroy'] }, 'scopes.0'],
    [{ allowed_ips: ['10.0.0.0/8', '10.0.0'] }, 'allowed_ips.1'],
    [{ expires_at: 1 }, 'expires_at'],
    [{ type: 'admin' }, 'type'],
    [{ rate_limit: 0 }, 'rate_limit'],
  ])('is not made of %j', async (input, param) => {
    const tenant = await newTenant(test.app);
    const body = { name: 'x', ...input };
    const answer = await attempt(test.app, createApiKey, { headers: tenant.user, body });
    expect(errorOf(answer)).toMatchObject({ code: 'validation_error', param, status: 400 });
  });
});

describe('rotate', () => {
  it('overlaps: both halves work and show their use, then the old one ends', async () => {
    const tenant = await newTenant(test.app);
    const old = await newKey(test.app, tenant);
    const params = { id: old.id };
    const { body } = await call(test.app, rotateApiKey, {
      headers: tenant.user,
      params,
      body: { grace_period_seconds: 120 },
    });
    expect(body.id).toBe(old.id);
    expect(body.key).not.toBe(old.key);
    expect(await works(old)).toBe('ok');
    expect(await works(body)).toBe('ok');
    const read = () => call(test.app, getApiKey, { headers: tenant.user, params });
    await until(async () => (await read()).body.secrets.every(({ last_used_at }) => last_used_at !== null));
    const { secrets, last_used_at } = (await read()).body;
    expect(secrets.map(({ hint, expires_at }) => [hint.slice(-4), expires_at === null])).toEqual([
      [body.key.slice(-4), true],
      [old.key.slice(-4), false],
    ]);
    expect(last_used_at).toBeGreaterThan(1_700_000_000);
    shift += 121_000;
    expect(await works(old)).toBe('unauthorized');
    expect(await works(body)).toBe('ok');
    expect((await read()).body.secrets).toHaveLength(1);
  });

  it('with no grace ends the old one at once, and a second rotation never prolongs it', async () => {
    const tenant = await newTenant(test.app);
    const old = await newKey(test.app, tenant);
    const params = { id: old.id };
    await call(test.app, rotateApiKey, {
      headers: tenant.user,
      params,
      body: { grace_period_seconds: 0 },
    });
    expect(await works(old)).toBe('unauthorized');
    await call(test.app, rotateApiKey, { headers: tenant.user, params, body: {} });
    expect(await works(old)).toBe('unauthorized');
  });

  it('again, with a shorter grace, leaves the first old half its own end', async () => {
    const tenant = await newTenant(test.app);
    const old = await newKey(test.app, tenant);
    const rotate = async (grace_period_seconds: number) => {
      const given = { headers: tenant.user, params: { id: old.id }, body: { grace_period_seconds } };
      return (await call(test.app, rotateApiKey, given)).body;
    };
    const halves = [old, await rotate(120), await rotate(60)];
    const answers = () => Promise.all(halves.map((half) => works(half)));
    expect(await answers()).toEqual(['ok', 'ok', 'ok']);
    shift += 61_000;
    expect(await answers()).toEqual(['ok', 'unauthorized', 'ok']);
    shift += 60_000;
    expect(await answers()).toEqual(['unauthorized', 'unauthorized', 'ok']);
  });

  it('of a revoked key is a conflict', async () => {
    const tenant = await newTenant(test.app);
    const { id } = await newKey(test.app, tenant);
    await call(test.app, revokeApiKey, { headers: tenant.user, params: { id } });
    const answer = await attempt(test.app, rotateApiKey, { headers: tenant.user, params: { id }, body: {} });
    expect(errorOf(answer)).toMatchObject({ code: 'conflict', status: 409 });
  });
});

describe('revoke', () => {
  it('bites on the next call, on every replica', async () => {
    const replica = await appOfTest({ replicaOf: test });
    const tenant = await newTenant(test.app);
    const key = await newKey(test.app, tenant);
    expect([await works(key), await works(key, replica.app)]).toEqual(['ok', 'ok']);
    const { body } = await call(test.app, revokeApiKey, { headers: tenant.user, params: { id: key.id } });
    expect(body.revoked_at).toBeGreaterThan(1_700_000_000);
    expect([await works(key), await works(key, replica.app)]).toEqual(['unauthorized', 'unauthorized']);
  });
});

describe('keys', () => {
  it('are changed, and the change bites on the next call', async () => {
    const tenant = await newTenant(test.app);
    const key = await newKey(test.app, tenant, { scopes: ['networks:read'], expires_at: inSeconds(3600) });
    expect(await works(key)).toBe('ok');
    const { body } = await call(test.app, updateApiKey, {
      headers: tenant.user,
      params: { id: key.id },
      body: { name: 'other', scopes: ['tokens:read'], expires_at: null, rate_limit: 7 },
    });
    const change = { name: 'other', scopes: ['tokens:read'], expires_at: null, rate_limit: 7 };
    expect(body).toMatchObject(change);
    expect(await works(key)).toBe('forbidden');
    await call(test.app, updateApiKey, {
      headers: tenant.user,
      params: { id: key.id },
      body: { scopes: null },
    });
    expect(await works(key)).toBe('ok');
  });

  it('are listed page by page, of the own tenant alone', async () => {
    const tenant = await newTenant(test.app);
    const other = await newTenant(test.app);
    const ids = [];
    for (let i = 0; i < 3; i += 1) ids.unshift((await newKey(test.app, tenant)).id);
    const foreign = await newKey(test.app, other);
    const list = (query: object) => call(test.app, listApiKeys, { headers: tenant.user, query });
    const first = await list({ limit: 2 });
    expect(first.body).toMatchObject({ object: 'list', has_more: true, total: 3 });
    const second = await list({ limit: 2, starting_after: first.body.data[1]!.id });
    expect(second.body).toMatchObject({ has_more: false, total: 3 });
    expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual(ids);
    expect((await list({ starting_after: foreign.id })).body.data).toEqual([]);
    const params = { id: foreign.id };
    for (const op of [getApiKey, getApiKeyUsage, updateApiKey, revokeApiKey, rotateApiKey]) {
      const body = op.method === 'POST' || op.method === 'PATCH' ? { body: {} } : {};
      const answer = await attempt(test.app, op, { headers: tenant.user, params, ...body });
      expect(errorOf(answer), op.id).toMatchObject({ code: 'api_key_not_found', status: 404 });
    }
    expect(await works(foreign)).toBe('ok');
  });
});

describe('usage', () => {
  it('counts the requests of a key by day', async () => {
    const tenant = await newTenant(test.app);
    const key = await newKey(test.app, tenant);
    const other = await newKey(test.app, tenant);
    const usage = async (id: string, query = {}) =>
      (await call(test.app, getApiKeyUsage, { headers: tenant.user, params: { id }, query })).body;
    expect(await usage(key.id)).toEqual({ object: 'list', data: [], has_more: false, total: 0 });
    const date = clock.now().toISOString().slice(0, 10);
    for (const id of ['base-sepolia', 'base-sepolia', 'nowhere'])
      await attempt(test.app, getNetwork, { headers: as(key), params: { id } });
    const day = {
      object: 'api_key_usage',
      date,
      requests: 3,
      success: 2,
      client_errors: 1,
      server_errors: 0,
    };
    expect((await usage(key.id)).data).toEqual([day]);
    expect((await usage(key.id, { from: date, to: date })).data).toEqual([day]);
    expect((await usage(key.id, { from: '2020-01-01', to: '2020-01-31' })).data).toEqual([]);
    expect((await usage(other.id)).data).toEqual([]);
    const wrong = { headers: tenant.user, params: { id: key.id }, query: { from: date, to: '2020-01-01' } };
    expect((await attempt(test.app, getApiKeyUsage, wrong)).status).toBe(400);
  });

  it('adds up what replicas served, and begins anew each day', async () => {
    const replica = await appOfTest({ replicaOf: test, compose: { clock } });
    const tenant = await newTenant(test.app);
    const { id, key } = await newKey(test.app, tenant);
    const days = async () => {
      const { data } = (await call(test.app, getApiKeyUsage, { headers: tenant.user, params: { id } })).body;
      return data.map(({ date, requests }) => [date, requests]);
    };
    const today = () => clock.now().toISOString().slice(0, 10);
    const first = today();
    for (const { app } of [test, replica, replica]) await call(app, listNetworks, { headers: as(key) });
    await until(async () => (await days())[0]?.[1] === 3);
    shift += 24 * 3_600_000;
    await call(test.app, listNetworks, { headers: as(key) });
    // The dashboard's session has ended meanwhile.
    const again = await call(test.app, logInAccount, { body: { email: tenant.email, password } });
    tenant.user = as(again.body.access_token);
    expect(await days()).toEqual([
      [first, 3],
      [today(), 1],
    ]);
  });
});

describe('networks', () => {
  it('are those of the key: test keys see the local chain, live keys do not', async () => {
    const tenant = await newTenant(test.app);
    const testKey = await newKey(test.app, tenant);
    const liveKey = await newKey(test.app, tenant, { environment: 'live', type: 'publishable' });
    const seen = await call(test.app, listNetworks, { headers: as(testKey) });
    expect(seen.body).toEqual({
      object: 'list',
      data: [
        {
          object: 'network',
          id: 'base-sepolia',
          chain_id: 84532,
          caip2: 'eip155:84532',
          name: 'Base Sepolia',
          testnet: true,
          status: 'active',
          latest_block: expect.any(Number),
          supports: { smart_accounts: true, gasless: true, x402: true, tokens: true },
        },
      ],
      has_more: false,
      total: 1,
    });
    for (const id of ['base-sepolia', 'eip155:84532']) {
      const { body } = await call(test.app, getNetwork, { headers: as(testKey), params: { id } });
      expect(body.id).toBe('base-sepolia');
      const unseen = await attempt(test.app, getNetwork, { headers: as(liveKey), params: { id } });
      expect(errorOf(unseen)).toMatchObject({ code: 'network_not_found', status: 404 });
    }
    expect((await call(test.app, listNetworks, { headers: as(liveKey) })).body.data).toEqual([]);
  });
});
