import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn, refreshAccess, signUp } from '#schemas/facilitator/accounts.ts';
import { updateUser } from '#schemas/facilitator/admin.ts';
import { listMerchantClients } from '#schemas/facilitator/clients.ts';
import {
  getMe,
  logInAccount,
  logOutAccount,
  refreshSession,
  registerAccount,
  updateMe,
} from '#schemas/platform/accounts.ts';
import { systemClock } from '#src/core/clock.ts';
import { bearer } from '#tests/adapter/kit.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newTenant, password } from './kit.ts';

let test: TestApp;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
beforeAll(async () => {
  test = await bootApp({ compose: { clock } });
});
afterAll(() => test.close());

const fresh = () => ({ email: `dev-${randomUUID()}@example.com`, password });

describe('register', () => {
  it('makes an account and its tenant', async () => {
    const input = fresh();
    const { body } = await call(test.app, registerAccount, {
      body: { ...input, email: input.email.toUpperCase(), company_name: ' Example Ltd ', full_name: 'Ada' },
    });
    expect(body).toEqual({
      object: 'user',
      id: expect.stringMatching(/^usr_/),
      email: input.email,
      full_name: 'Ada',
      company_name: 'Example Ltd',
      tenant_id: expect.stringMatching(/^ten_/),
      created: expect.any(Number),
    });
    expect(body.created).toBeGreaterThan(1_700_000_000);
  });

  it('takes an address once, on whichever plane', async () => {
    const input = fresh();
    await call(test.app, signUp, { body: input });
    const again = await attempt(test.app, registerAccount, { body: input });
    expect(again.status).toBe(409);
    expect(errorOf(again)).toMatchObject({ type: 'invalid_request_error', code: 'conflict', status: 409 });
  });

  it.each([
    [{ email: 'nobody', password }, 'email', 'validation_error'],
    [{ email: 'a@example.com' }, 'password', 'missing_field'],
    [{ email: 'a@example.com', password: 'short' }, 'password', 'validation_error'],
    [{ email: 'a@example.com', password, admin: true }, 'admin', 'validation_error'],
  ])('refuses %j and names the field', async (body, param, code) => {
    const answer = await attempt(test.app, registerAccount, { body });
    expect(errorOf(answer)).toEqual({
      type: 'invalid_request_error',
      code,
      message: expect.stringContaining(param),
      param,
      status: 400,
      request_id: answer.headers['x-request-id'],
    });
  });
});

describe('login', () => {
  it('opens a session for an account of either plane', async () => {
    const input = fresh();
    await call(test.app, signUp, { body: input });
    const { body } = await call(test.app, logInAccount, { body: input });
    expect(body).toMatchObject({ object: 'session', token_type: 'Bearer', expires_in: 3600 });
    const me = await call(test.app, getMe, { headers: as(body.access_token) });
    expect(me.body).toEqual(body.user);
    expect(me.body).toMatchObject({ email: input.email, company_name: input.email, full_name: null });
  });

  it('says the same of a wrong password and of nobody', async () => {
    const input = fresh();
    await call(test.app, registerAccount, { body: input });
    const wrong = await attempt(test.app, logInAccount, { body: { ...input, password: 'wrong-password' } });
    const nobody = await attempt(test.app, logInAccount, { body: fresh() });
    const { request_id: _1, ...error } = errorOf(wrong);
    expect(error).toMatchObject({ type: 'authentication_error', code: 'invalid_credentials', status: 401 });
    expect(errorOf(nobody)).toMatchObject(error);
  });

  it('locks an address that is guessed at, whether an account has it or not, for a while', async () => {
    const input = fresh();
    await call(test.app, registerAccount, { body: input });
    const answers = [];
    for (const email of [input.email, fresh().email]) {
      for (let i = 0; i < 10; i += 1)
        await attempt(test.app, logInAccount, { body: { email, password: `guess number ${i}` } });
      const locked = await attempt(test.app, logInAccount, { body: { email, password } });
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(600);
      expect(locked.status).toBe(423);
      const { request_id: _, ...error } = errorOf(locked);
      answers.push(error);
    }
    expect(answers[0]).toMatchObject({ type: 'authentication_error', code: 'account_locked' });
    expect(answers[1]).toEqual(answers[0]);
    // The other plane counts the same attempts.
    expect((await attempt(test.app, logIn, { body: input })).status).toBe(429);
    shift += 16 * 60_000;
    await call(test.app, logInAccount, { body: input });
  });
});

describe('tokens', () => {
  it('refresh rotates, and a second use of an old one ends the session', async () => {
    const tenant = await newTenant(test.app);
    const first = await call(test.app, refreshSession, { body: { refresh_token: tenant.refreshToken } });
    expect(first.body).toMatchObject({ id: tenant.sessionId, user: { email: tenant.email } });
    const second = await call(test.app, refreshSession, {
      body: { refresh_token: first.body.refresh_token },
    });
    await call(test.app, getMe, { headers: as(second.body.access_token) });
    const stolen = await attempt(test.app, refreshSession, {
      body: { refresh_token: tenant.refreshToken },
    });
    expect(errorOf(stolen)).toMatchObject({ code: 'unauthorized', status: 401 });
    // The whole family is gone: the newest refresh token and the access tokens.
    const newest = await attempt(test.app, refreshSession, {
      body: { refresh_token: second.body.refresh_token },
    });
    expect(errorOf(newest)).toMatchObject({ code: 'unauthorized' });
    const access = await attempt(test.app, getMe, { headers: as(second.body.access_token) });
    expect(errorOf(access)).toMatchObject({ code: 'unauthorized' });
  });

  it('two refreshes at once: one gets tokens', async () => {
    const tenant = await newTenant(test.app);
    const body = { refresh_token: tenant.refreshToken };
    const both = await Promise.all([1, 2].map(() => attempt(test.app, refreshSession, { body })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it('end with logout', async () => {
    const tenant = await newTenant(test.app);
    const { body } = await call(test.app, logOutAccount, { headers: tenant.user });
    expect(body).toEqual({ object: 'session', id: tenant.sessionId, revoked: true });
    expect((await attempt(test.app, getMe, { headers: tenant.user })).status).toBe(401);
    const again = await attempt(test.app, refreshSession, { body: { refresh_token: tenant.refreshToken } });
    expect(again.status).toBe(401);
  });

  it('end when an operator sets another password', async () => {
    const tenant = await newTenant(test.app);
    const { body } = await call(test.app, logIn, { body: { email: tenant.email, password } });
    await call(test.app, updateUser, {
      headers: bearer(test.secrets.ADMIN_MASTER_KEY),
      params: { id: body.data.id },
      body: { password: 'another-password' },
    });
    expect((await attempt(test.app, getMe, { headers: tenant.user })).status).toBe(401);
  });

  it('expire: access after an hour, refresh after seven days', async () => {
    const tenant = await newTenant(test.app);
    shift += 3_600_000 + 1_000;
    const late = await attempt(test.app, getMe, { headers: tenant.user });
    expect(errorOf(late)).toMatchObject({ code: 'token_expired', type: 'authentication_error', status: 401 });
    const next = await call(test.app, refreshSession, { body: { refresh_token: tenant.refreshToken } });
    shift += 7 * 24 * 3_600_000 + 1_000;
    const over = await attempt(test.app, refreshSession, {
      body: { refresh_token: next.body.refresh_token },
    });
    expect(errorOf(over)).toMatchObject({ code: 'token_expired' });
  });

  it('of one plane or purpose do not pass for those of another', async () => {
    const tenant = await newTenant(test.app);
    const { body } = await call(test.app, logIn, { body: { email: tenant.email, password } });
    const { access_token, refresh_token } = body.data;
    for (const token of [access_token, refresh_token, tenant.refreshToken])
      expect((await attempt(test.app, getMe, { headers: as(token) })).status).toBe(401);
    const own = tenant.user['authorization']!.slice(7);
    for (const token of [access_token, refresh_token, own]) {
      const answer = await attempt(test.app, refreshSession, { body: { refresh_token: token } });
      expect(errorOf(answer)).toMatchObject({ code: 'unauthorized' });
    }
    for (const token of [own, tenant.refreshToken]) {
      expect((await attempt(test.app, listMerchantClients, { headers: as(token) })).status).toBe(401);
      expect((await attempt(test.app, refreshAccess, { body: { refresh_token: token } })).status).toBe(401);
    }
  });
});

describe('me', () => {
  it('changes the names', async () => {
    const tenant = await newTenant(test.app);
    const { body } = await call(test.app, updateMe, {
      headers: tenant.user,
      body: { full_name: 'Grace', company_name: 'Navy' },
    });
    expect(body).toMatchObject({ full_name: 'Grace', company_name: 'Navy', tenant_id: tenant.id });
    expect((await call(test.app, getMe, { headers: tenant.user })).body).toEqual(body);
    const one = await call(test.app, updateMe, { headers: tenant.user, body: {} });
    expect(one.body).toEqual(body);
  });

  const next = 'another-secure-password';
  const change = (tenant: { user: Record<string, string> }, body: object) =>
    attempt(test.app, updateMe, { headers: tenant.user, body });

  it('changes the password of who knows the current one, and ends all other sessions, on every replica', async () => {
    const tenant = await newTenant(test.app);
    const replica = await appOfTest({ replicaOf: test, env: { ROLE: 'api' }, compose: { clock } });
    const credentials = { email: tenant.email, password };
    const { body: other } = await call(test.app, logInAccount, { body: credentials });
    const { body: merchant } = await call(test.app, logIn, { body: credentials });
    // The replica remembers the session.
    await call(replica.app, getMe, { headers: as(other.access_token) });
    const changed = await change(tenant, { current_password: password, password: next });
    expect([changed.status, changed.body['id']]).toEqual([200, tenant.userId]);
    const refused = [
      await attempt(replica.app, getMe, { headers: as(other.access_token) }),
      await attempt(test.app, getMe, { headers: as(other.access_token) }),
      await attempt(test.app, refreshSession, { body: { refresh_token: other.refresh_token } }),
      await attempt(test.app, refreshAccess, { body: { refresh_token: merchant.data.refresh_token } }),
      await attempt(test.app, logInAccount, { body: credentials }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    await call(test.app, getMe, { headers: tenant.user });
    await call(test.app, refreshSession, { body: { refresh_token: tenant.refreshToken } });
    await call(test.app, logInAccount, { body: { ...credentials, password: next } });
  });

  it('changes nothing for who does not know it, and locks who guesses', async () => {
    const tenant = await newTenant(test.app);
    const guess = { current_password: 'wrong-password', password: next, full_name: 'Mallory' };
    const wrong = await change(tenant, guess);
    expect(errorOf(wrong)).toMatchObject({ status: 401, code: 'invalid_credentials' });
    for (const [body, code, param] of [
      [{ password: next }, 'missing_field', 'current_password'],
      [{ current_password: password }, 'missing_field', 'password'],
      [{ current_password: password, password: 'short' }, 'validation_error', 'password'],
    ] as const)
      expect(errorOf(await change(tenant, body))).toMatchObject({ status: 400, code, param });
    for (let tries = 0; (await change(tenant, guess)).status !== 423; tries += 1)
      expect(tries).toBeLessThan(20);
    const right = await change(tenant, { current_password: password, password: next });
    expect(errorOf(right)).toMatchObject({ status: 423, code: 'account_locked' });
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect((await call(test.app, getMe, { headers: tenant.user })).body.full_name).toBeNull();
    shift += 16 * 60_000;
    await call(test.app, logInAccount, { body: { email: tenant.email, password } });
  });
});
