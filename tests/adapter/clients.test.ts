import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken, registerClient, revokeToken } from '#schemas/adapter/auth.ts';
import {
  getClient,
  listClients,
  revokeClient,
  rotateClientSecret,
  updateClient,
} from '#schemas/adapter/clients.ts';
import { createWallet } from '#schemas/adapter/wallet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { admin, bearer, type Client, newClient, newUser, outcome, tokenOf } from './kit.ts';

let world: TestApp;
let offset = 0;
const clock = { now: () => new Date(Date.now() + offset) };

beforeAll(async () => {
  world = await bootApp({ compose: { clock } });
});

afterAll(() => world.close());

/** What a call with the client's token answers. */
const use = (client: Client, remoteAddress = '127.0.0.1') =>
  world.app
    .inject({
      method: 'POST',
      url: createWallet.path,
      headers: client.as('user_1'),
      remoteAddress,
    })
    .then((answer) =>
      answer.statusCode === 200 ? 'ok' : answer.json<{ error: { code: string } }>().error.code,
    );

const token = (clientId: string, clientSecret: string, scope?: string) =>
  outcome(world.app, issueToken, { body: { clientId, clientSecret, ...(scope ? { scope } : {}) } });

describe('operators', () => {
  test('register needs the admin key', async () => {
    const body = { name: 'x', scopes: ['wallet'], tier: 'starter' };
    expect(await outcome(world.app, registerClient, { body })).toEqual([401, 'MISSING_AUTH']);
    const headers = { 'x-admin-key': 'wrong' };
    expect(await outcome(world.app, registerClient, { body, headers })).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  test('list pages newest first, and one client shows its treasury, never its secret', async () => {
    const made = [await newClient(world), await newClient(world), await newClient(world)];
    const headers = admin(world);
    const first = (await call(world.app, listClients, { headers, query: { limit: 2 } })).body;
    expect(first.clients.map((one) => one.clientId)).toEqual([made[2]!.clientId, made[1]!.clientId]);
    const query = { limit: 100, cursor: first.nextCursor! };
    const rest = (await call(world.app, listClients, { headers, query })).body;
    expect(rest.clients[0]!.clientId).toBe(made[0]!.clientId);
    expect(rest.nextCursor).toBeNull();

    const params = { clientId: made[0]!.clientId };
    const { client } = (await call(world.app, getClient, { headers, params })).body;
    expect(client).toMatchObject({ status: 'active', treasury: { address: expect.stringMatching(/^0x/) } });
    expect(JSON.stringify(client)).not.toContain('sk_live_');
    const again = (await call(world.app, getClient, { headers, params })).body;
    expect(again.client.treasury).toEqual(client.treasury);
  });

  test('an unknown client is told as such by every operation on one', async () => {
    const given = { headers: admin(world), params: { clientId: 'client_nobody' } };
    const unknown = [404, 'CLIENT_NOT_FOUND'];
    expect(await outcome(world.app, getClient, given)).toEqual(unknown);
    expect(await outcome(world.app, revokeClient, given)).toEqual(unknown);
    expect(await outcome(world.app, rotateClientSecret, given)).toEqual(unknown);
    expect(await outcome(world.app, updateClient, { ...given, body: { tier: 'starter' } })).toEqual(unknown);
  });

  test('a change of scopes and tier is felt by live tokens', async () => {
    const client = await newClient(world, { tier: 'starter' });
    const body = { scopes: ['mint' as const], tier: 'standard' as const };
    const params = { clientId: client.clientId };
    await call(world.app, updateClient, { headers: admin(world), params, body });
    const answer = await attempt(world.app, createWallet, { headers: client.as(newUser()) });
    expect([answer.status, answer.headers['ratelimit-limit']]).toEqual([403, '500']);
    expect(await use(client)).toBe('INSUFFICIENT_SCOPE');
  });

  test('settings that make no sense are refused by name', async () => {
    const given = { headers: admin(world), params: { clientId: (await newClient(world)).clientId } };
    const change = async (body: object) => {
      const answer = await attempt(world.app, updateClient, { ...given, body });
      return [answer.status, (answer.body['error'] as { details: { field: string } }).details.field];
    };
    expect(await change({ allowedIps: ['10.0.0.0/8', '10.0.0.0/33'] })).toEqual([400, 'allowedIps.1']);
    expect(await change({ allowedOrigins: ['https://a.b/path'] })).toEqual([400, 'allowedOrigins.0']);
    expect(await change({ scopes: ['root'] })).toEqual([400, 'scopes.0']);
    expect(await change({ expiresAt: 'tomorrow' })).toEqual([400, 'expiresAt']);
    expect(await change({ teir: 'starter' })).toEqual([400, 'teir']);
    expect(await change({})).toEqual([400, 'body']);
  });
});

describe('secrets', () => {
  test('a wrong, foreign or malformed secret is refused the same way', async () => {
    const [one, two] = [await newClient(world), await newClient(world)];
    const wrong = [401, 'INVALID_CREDENTIALS'];
    expect(await token(one.clientId, two.clientSecret)).toEqual(wrong);
    expect(await token('client_nobody', one.clientSecret)).toEqual(wrong);
    expect(await token(one.clientId, 'sk_live_xxxxxxxxxx')).toEqual(wrong);
    expect(await token(one.clientId, `${one.clientSecret.slice(0, -1)}!`)).toEqual(wrong);
  });

  test('after a rotation both secrets work until the told moment, then the old one fails', async () => {
    const client = await newClient(world);
    const given = { headers: admin(world), params: { clientId: client.clientId } };
    const body = { gracePeriodSeconds: 60 };
    const rotated = (await call(world.app, rotateClientSecret, { ...given, body })).body.client;
    expect(await token(client.clientId, client.clientSecret)).toEqual([200, 'ok']);
    expect(await token(client.clientId, rotated.clientSecret)).toEqual([200, 'ok']);

    offset = new Date(rotated.previousSecretExpiresAt).getTime() - Date.now();
    expect(await token(client.clientId, client.clientSecret)).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await token(client.clientId, rotated.clientSecret)).toEqual([200, 'ok']);
    offset = 0;
    // Without a body the old one works for a day.
    const standard = (await call(world.app, rotateClientSecret, given)).body.client;
    const day = new Date(standard.previousSecretExpiresAt).getTime() - Date.now();
    expect(Math.round(day / 3_600_000)).toBe(24);
  });

  const rotate = (clientId: string, gracePeriodSeconds: number) =>
    call(world.app, rotateClientSecret, {
      headers: admin(world),
      params: { clientId },
      body: { gracePeriodSeconds },
    }).then(({ body }) => body.client);
  /** What each secret answers at a moment. */
  const answers = async (clientId: string, secrets: string[], at = Date.now()) => {
    offset = at - Date.now();
    const found = await Promise.all(secrets.map((secret) => token(clientId, secret)));
    offset = 0;
    return found.map(([, code]) => code);
  };

  test.each([
    { first: 60, second: 120 },
    { first: 120, second: 60 },
  ])('a second rotation leaves the first old secret its told end: %o', async ({ first, second }) => {
    const { clientId, clientSecret } = await newClient(world);
    const two = await rotate(clientId, first);
    const three = await rotate(clientId, second);
    const secrets = [clientSecret, two.clientSecret, three.clientSecret];
    expect(await answers(clientId, secrets)).toEqual(['ok', 'ok', 'ok']);
    const ends = [two, three].map(({ previousSecretExpiresAt: end }) => new Date(end).getTime());
    for (const at of ends) {
      const old = ends.map((end) => (end > at ? 'ok' : 'INVALID_CREDENTIALS'));
      expect(await answers(clientId, secrets, at)).toEqual([...old, 'ok']);
    }
  });

  test('secrets of rotations at the same time all work, and a revocation ends them all', async () => {
    const { clientId, clientSecret } = await newClient(world);
    const rotated = await Promise.all([1, 2, 3].map(() => rotate(clientId, 60)));
    const secrets = [clientSecret, ...rotated.map((one) => one.clientSecret)];
    expect(await answers(clientId, secrets)).toEqual(secrets.map(() => 'ok'));
    await call(world.app, revokeClient, { headers: admin(world), params: { clientId } });
    expect(await answers(clientId, secrets)).toEqual(secrets.map(() => 'CLIENT_REVOKED'));
  });

  test('a rotation without grace ends all old secrets at once', async () => {
    const { clientId, clientSecret } = await newClient(world);
    const two = await rotate(clientId, 60);
    const three = await rotate(clientId, 0);
    const wrong = 'INVALID_CREDENTIALS';
    const secrets = [clientSecret, two.clientSecret, three.clientSecret];
    expect(await answers(clientId, secrets)).toEqual([wrong, wrong, 'ok']);
  });
});

describe('access tokens', () => {
  test('a token can be narrowed, never widened', async () => {
    const client = await newClient(world, { scopes: ['wallet', 'mint'] });
    const { clientId, clientSecret } = client;
    const body = { clientId, clientSecret, scope: 'mint' };
    const narrow = (await call(world.app, issueToken, { body })).body;
    expect(narrow.scope).toBe('mint');
    const headers = { ...bearer(narrow.accessToken), 'x-user-id': 'u' };
    expect(await outcome(world.app, createWallet, { headers })).toEqual([403, 'INSUFFICIENT_SCOPE']);
    expect(await token(clientId, clientSecret, 'mint transfer')).toEqual([403, 'INSUFFICIENT_SCOPE']);
  });

  test('a revoked token fails on its next call, others of the client go on', async () => {
    const client = await newClient(world);
    const other = { ...client, as: (user: string) => ({ ...bearer(accessToken), 'x-user-id': user }) };
    const accessToken = await tokenOf(world.app, client.clientId, client.clientSecret);
    await call(world.app, revokeToken, { headers: bearer(client.accessToken) });
    expect(await use(client)).toBe('INVALID_TOKEN');
    expect(await use(other)).toBe('ok');
  });

  test('anything but a live token of this family is refused with its own code', async () => {
    const client = await newClient(world);
    const headers = (authorization: string) => ({ authorization, 'x-user-id': 'u' });
    const refused = async (authorization: string) =>
      (await outcome(world.app, createWallet, { headers: headers(authorization) }))[1];
    expect(await outcome(world.app, createWallet, { headers: { 'x-user-id': 'u' } })).toEqual([
      401,
      'MISSING_AUTH',
    ]);
    expect(await refused('Bearer nonsense')).toBe('INVALID_TOKEN');
    expect(await refused(`Basic ${client.accessToken}`)).toBe('INVALID_TOKEN');
    const [head, body, signature] = client.accessToken.split('.');
    expect(await refused(`Bearer ${head}.${body}.${'A'.repeat(signature!.length)}`)).toBe('INVALID_TOKEN');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await refused(`Bearer ${none}.${body}.`)).toBe('INVALID_TOKEN');
    offset = 3_600_000;
    expect(await refused(`Bearer ${client.accessToken}`)).toBe('TOKEN_EXPIRED');
    offset = 0;
    expect(await use(client)).toBe('ok');
  });
});

describe('deactivated clients', () => {
  test('a revoked client: its live token fails on the very next call, also on another replica', async () => {
    const client = await newClient(world);
    const replica = await bootApp({ replicaOf: world });
    const onReplica = () => outcome(replica.app, createWallet, { headers: client.as('user_1') });
    expect([await use(client), await onReplica()]).toEqual(['ok', [200, 'ok']]);
    const given = { headers: admin(world), params: { clientId: client.clientId } };
    const { body } = await call(world.app, revokeClient, given);
    expect(body.client).toMatchObject({ status: 'revoked', revokedAt: expect.any(String) });
    expect(await onReplica()).toEqual([401, 'CLIENT_REVOKED']);
    expect(await use(client)).toBe('CLIENT_REVOKED');
    expect(await token(client.clientId, client.clientSecret)).toEqual([401, 'CLIENT_REVOKED']);
    expect(await outcome(world.app, rotateClientSecret, given)).toEqual([401, 'CLIENT_REVOKED']);
    await replica.close();
  });

  test('an expired client is refused until its expiry is moved', async () => {
    const client = await newClient(world, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(await use(client)).toBe('ok');
    offset = 61_000;
    expect(await use(client)).toBe('CLIENT_REVOKED');
    const given = { headers: admin(world), params: { clientId: client.clientId } };
    expect((await call(world.app, getClient, given)).body.client.status).toBe('expired');
    await call(world.app, updateClient, { ...given, body: { expiresAt: null } });
    expect(await use(client)).toBe('ok');
    offset = 0;
  });
});

describe('allowed addresses', () => {
  test('v4, v6 and v4 in v6 are matched, a denied one does not use up the quota', async () => {
    const client = await newClient(world);
    const body = { allowedIps: ['10.1.0.0/16', '2001:db8::/32'] };
    await call(world.app, updateClient, {
      headers: admin(world),
      params: { clientId: client.clientId },
      body,
    });
    expect(await use(client, '10.1.2.3')).toBe('ok');
    expect(await use(client, '::ffff:10.1.2.3')).toBe('ok');
    expect(await use(client, '2001:db8:1::1')).toBe('ok');
    const before = await remaining(client);
    for (const address of ['10.2.0.1', '::ffff:10.2.0.1', '2001:db9::1', '127.0.0.1']) {
      expect(await use(client, address)).toBe('IP_NOT_ALLOWED');
    }
    expect(await remaining(client)).toBe(before - 1);
    expect(await token(client.clientId, client.clientSecret)).toEqual([403, 'IP_NOT_ALLOWED']);
  });

  test('behind a proxy the address is the caller told by one that is believed, else the proxy itself', async () => {
    const behind = await appOfTest({ replicaOf: world, env: { TRUST_PROXY: '10.9.0.0/16' } });
    const client = await newClient(world, { allowedIps: ['203.0.113.7', '127.0.0.1'] });
    const ask = async ({ app }: TestApp, remoteAddress: string, forwarded: string) => {
      const headers = { ...client.as('user_1'), 'x-forwarded-for': forwarded };
      return (await app.inject({ method: 'POST', url: createWallet.path, headers, remoteAddress }))
        .statusCode;
    };
    expect(await ask(behind, '10.9.0.1', '203.0.113.7')).toBe(200);
    expect(await ask(behind, '10.9.0.1', '203.0.113.8')).toBe(403);
    // What a caller puts before what the proxy adds counts for nothing, and neither does a stranger's word.
    expect(await ask(behind, '10.9.0.1', '203.0.113.7, 203.0.113.8')).toBe(403);
    expect(await ask(behind, '198.51.100.1', '203.0.113.7')).toBe(403);
    expect(await ask(world, '10.9.0.1', '203.0.113.7')).toBe(403);
  });

  async function remaining(client: Client): Promise<number> {
    const headers = client.as('user_1');
    const given = { method: 'POST', url: createWallet.path, headers, remoteAddress: '10.1.0.1' } as const;
    return Number((await world.app.inject(given)).headers['ratelimit-remaining']);
  }
});
