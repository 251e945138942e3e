import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getMe } from '#schemas/platform/accounts.ts';
import {
  deletePasskey,
  getPasskeyChallenge,
  listPasskeys,
  verifyPasskey,
} from '#schemas/platform/sign-in.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { newAuthenticator } from '#tests/kit/authenticator.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newTenant, type Tenant } from './kit.ts';

const origin = 'https://dashboard.example.com';
let now = new Date();
let world: TestApp;
beforeAll(async () => {
  world = await bootApp({
    env: { DASHBOARD_ORIGINS: `${origin},https://admin.dashboard.example.com` },
    compose: { clock: { now: () => now } },
  });
});
afterAll(() => world.close());

type Options = Parameters<ReturnType<typeof newAuthenticator>['get']>[0];
type Session = { object: 'session'; access_token: string; user: { id: string } };

async function challenge(intent: 'register' | 'login', tenant?: Tenant): Promise<Options> {
  const { body } = await call(world.app, getPasskeyChallenge, {
    query: { intent },
    headers: tenant?.user ?? {},
  });
  return body.options as Options;
}

const verify = (intent: 'register' | 'login', response: object, tenant?: Tenant) =>
  attempt(world.app, verifyPasskey, {
    body: { intent, response: response as Record<string, unknown>, ...(tenant ? { name: 'My laptop' } : {}) },
    headers: tenant?.user ?? {},
  });

async function registered(at = origin) {
  const tenant = await newTenant(world.app);
  const authenticator = newAuthenticator(at);
  const response = authenticator.create(await challenge('register', tenant));
  const made = await verify('register', response, tenant);
  return { tenant, authenticator, made, response };
}

const list = async (tenant: Tenant) =>
  (await call(world.app, listPasskeys, { headers: tenant.user })).body.data;
const refused = { status: 401, code: 'invalid_credentials' };

describe('a passkey', () => {
  test('is registered, listed, opens sessions and is removed', async () => {
    const { tenant, authenticator, made } = await registered();
    expect(made.body).toMatchObject({ object: 'passkey', name: 'My laptop', last_used_at: null });
    const signIn = async () => verify('login', authenticator.get(await challenge('login')));
    const { status, body } = (await signIn()) as unknown as { status: number; body: Session };
    expect([status, body.object, body.user.id]).toEqual([200, 'session', tenant.userId]);
    const me = await call(world.app, getMe, { headers: as(body.access_token) });
    expect(me.body.id).toBe(tenant.userId);
    const [shown] = await list(tenant);
    expect(shown!.last_used_at).toBeGreaterThan(0);

    const params = { id: shown!.id };
    expect((await call(world.app, deletePasskey, { params, headers: tenant.user })).body.deleted).toBe(true);
    expect(errorOf(await signIn())).toMatchObject(refused);
    const again = await attempt(world.app, deletePasskey, { params, headers: tenant.user });
    expect(errorOf(again)).toMatchObject({ status: 404, code: 'passkey_not_found' });
    expect(await list(tenant)).toEqual([]);
  });

  test('of another page of the site is taken, of another site not', async () => {
    expect((await registered('https://admin.dashboard.example.com')).made.status).toBe(200);
    expect(errorOf((await registered('https://evil.example.com')).made)).toMatchObject(refused);
  });

  test('answers a challenge once', async () => {
    const { tenant, authenticator, response } = await registered();
    expect(errorOf(await verify('register', response, tenant))).toMatchObject(refused);
    const answer = authenticator.get(await challenge('login'));
    expect((await verify('login', answer)).status).toBe(200);
    expect(errorOf(await verify('login', answer))).toMatchObject(refused);
  });

  test('is registered once', async () => {
    const { tenant, authenticator } = await registered();
    const twice = await verify('register', authenticator.create(await challenge('register', tenant)), tenant);
    expect(errorOf(twice)).toMatchObject({ status: 409, code: 'conflict' });
    expect(await list(tenant)).toHaveLength(1);
  });

  test('answers its own challenge only: of a purpose, of a person, of now', async () => {
    const { tenant, authenticator } = await registered();
    const options = await challenge('register', tenant);
    expect(
      errorOf(await verify('login', authenticator.get({ ...options, rpId: options.rp!.id }))),
    ).toMatchObject(refused);
    const other = await newTenant(world.app);
    const stolen = newAuthenticator(origin).create(await challenge('register', tenant));
    expect(errorOf(await verify('register', stolen, other))).toMatchObject(refused);
    const late = authenticator.get(await challenge('login'));
    now = new Date(now.getTime() + 5 * 60_000);
    expect(errorOf(await verify('login', late))).toMatchObject(refused);
  });

  test('that steps back in its counter is a copy', async () => {
    const { authenticator } = await registered();
    expect((await verify('login', authenticator.get(await challenge('login')))).status).toBe(200);
    authenticator.rewind();
    expect(errorOf(await verify('login', authenticator.get(await challenge('login'))))).toMatchObject(
      refused,
    );
  });
});

test('a new passkey needs a session', async () => {
  const unauthorized = { status: 401, code: 'unauthorized' };
  const asked = await attempt(world.app, getPasskeyChallenge, { query: { intent: 'register' } });
  expect(errorOf(asked)).toMatchObject(unauthorized);
  expect(errorOf(await verify('register', { id: 'x' }))).toMatchObject(unauthorized);
});

test.each([
  ['nothing', {}],
  ['a response without data', { id: 'x', response: {} }],
  ['data that is no JSON', { id: 'x', response: { clientDataJSON: 'AAAA' } }],
  ['a challenge nobody gave', { id: 'x', response: { clientDataJSON: base64({ challenge: randomUUID() }) } }],
])('%s is no passkey', async (_, response) => {
  expect(errorOf(await verify('login', response))).toMatchObject(refused);
});

test.each([['id'], ['signature'], ['authenticatorData']])('nonsense in %s is refused', async (field) => {
  const { authenticator } = await registered();
  const answer = authenticator.get(await challenge('login'));
  const broken =
    field === 'id'
      ? { ...answer, id: 'a b' }
      : { ...answer, response: { ...answer.response, [field]: 'AAAA' } };
  expect(errorOf(await verify('login', broken))).toMatchObject(refused);
});

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
