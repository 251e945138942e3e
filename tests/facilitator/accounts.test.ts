import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn, logOut, refreshAccess, signUp } from '#schemas/facilitator/accounts.ts';
import { listMerchantClients } from '#schemas/facilitator/clients.ts';
import { systemClock } from '#src/core/clock.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { newPerson, password } from './kit.ts';

let test: TestApp;
let shift = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + shift) };
beforeAll(async () => {
  test = await bootApp({ compose: { clock }, env: { TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => test.close());

const fresh = () => ({ email: `user-${randomUUID()}@example.com`, password });
const unauthorized = (message: string) => ({ status: 401, body: { code: 'UNAUTHORIZED', message } });

describe('signup', () => {
  it('answers as the contract shows', async () => {
    const input = fresh();
    const { body } = await call(test.app, signUp, { body: { ...input, email: input.email.toUpperCase() } });
    expect(body).toEqual({
      data: {
        message: 'Account created',
        user: {
          id: expect.any(Number),
          email: input.email,
          isAdmin: false,
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      },
    });
  });

  it('takes an address once, whatever its case', async () => {
    const input = fresh();
    await call(test.app, signUp, { body: input });
    const again = await attempt(test.app, signUp, {
      body: { ...input, email: ` ${input.email}`.trim().toUpperCase() },
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'CONFLICT', details: '' } });
  });

  it.each([
    [{ email: 'nobody', password }, 'email'],
    [{ email: 'a@example.com' }, 'password'],
    [{ email: 'a@example.com', password: 'short' }, 'password'],
    [{ email: 'a@example.com', password: 'QwertyUiop' }, 'everybody tries'],
    [{ email: 'a@example.com', password: 12345678901 }, 'password'],
    [{ email: 'a@example.com', password, admin: true }, 'admin'],
  ])('refuses %j and names the field', async (body, field) => {
    const answer = await attempt(test.app, signUp, { body });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', message: 'Invalid request format' },
    });
    expect(answer.body['details']).toContain(field);
  });
});

describe('login', () => {
  it('hands out two tokens', async () => {
    const input = fresh();
    const { body } = await call(test.app, signUp, { body: input });
    const answer = await call(test.app, logIn, { body: input });
    expect(answer.body).toEqual({
      data: {
        message: 'Login successful',
        access_token: expect.stringMatching(/^eyJ/),
        refresh_token: expect.stringMatching(/^eyJ/),
        id: body.data.user.id,
      },
    });
  });

  it('says the same of a wrong password and of nobody', async () => {
    const input = fresh();
    await call(test.app, signUp, { body: input });
    const wrong = await attempt(test.app, logIn, { body: { ...input, password: 'WrongPassword123!' } });
    const nobody = await attempt(test.app, logIn, { body: fresh() });
    expect(wrong).toMatchObject(unauthorized('Invalid email or password'));
    expect(nobody.body).toEqual(wrong.body);
  });

  it('slows a guesser, whether the account exists or not, for a while', async () => {
    const input = fresh();
    await call(test.app, signUp, { body: input });
    for (const email of [input.email, fresh().email]) {
      for (let i = 0; i < 10; i += 1) {
        await attempt(test.app, logIn, { body: { email, password: `guess number ${i}` } });
      }
      const answer = await attempt(test.app, logIn, { body: { email, password } });
      expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(600);
    }
    shift += 16 * 60_000;
    await call(test.app, logIn, { body: input });
  });

  it('slows one network that guesses at many accounts, and no other one', async () => {
    const { app } = test;
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    const guess = (ip: string) =>
      attempt(app, logIn, { headers: from(ip), body: { ...fresh(), password: 'guess' } });
    const own = fresh();
    await call(app, signUp, { body: own });
    // A log-in of one's own does not wash the guesses away.
    const guesses = async (count: number) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, i) => guess(`2001:db8::${i + 1}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    };
    await guesses(20);
    await call(app, logIn, { headers: from('2001:db8::1'), body: own });
    await guesses(30);
    const slowed = await attempt(app, logIn, { headers: from('2001:db8::99'), body: own });
    expect(slowed).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(600);
    await call(app, logIn, { headers: from('2001:db8:0:1::1'), body: own });
    await call(app, logIn, { headers: from('10.0.0.1'), body: own });
  });
});

describe('tokens', () => {
  it('refresh gives access, until logout', async () => {
    const person = await newPerson(test.app);
    const body = { refresh_token: person.refreshToken };
    const { data } = (await call(test.app, refreshAccess, { body })).body;
    await call(test.app, listMerchantClients, { headers: { authorization: `Bearer ${data.access_token}` } });
    await call(test.app, logOut, { body });
    const after = await attempt(test.app, refreshAccess, { body });
    expect(after).toMatchObject(unauthorized('invalid session token'));
    expect(after.body['details']).not.toBe('');
  });

  it('of one purpose do not pass for another', async () => {
    const person = await newPerson(test.app);
    const access = person.bearer['authorization']?.slice(7);
    for (const op of [refreshAccess, logOut]) {
      expect(await attempt(test.app, op, { body: { refresh_token: access } })).toMatchObject(
        unauthorized('invalid session token'),
      );
    }
    const headers = { authorization: `Bearer ${person.refreshToken}` };
    expect(await attempt(test.app, listMerchantClients, { headers })).toMatchObject({ status: 401 });
  });

  it('expire: access after 15 minutes, refresh after 7 days', async () => {
    const person = await newPerson(test.app);
    shift += 15 * 60_000 + 1_000;
    expect(await attempt(test.app, listMerchantClients, { headers: person.bearer })).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED' },
    });
    const body = { refresh_token: person.refreshToken };
    await call(test.app, refreshAccess, { body });
    shift += 7 * 24 * 3_600_000;
    expect(await attempt(test.app, refreshAccess, { body })).toMatchObject(
      unauthorized('invalid session token'),
    );
  });

  it.each(['', 'Bearer', 'Bearer nonsense', 'Basic dXNlcjpwYXNz'])('refuses %j', async (authorization) => {
    const headers = authorization ? { authorization } : {};
    expect(await attempt(test.app, listMerchantClients, { headers })).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED', message: expect.any(String), details: '' },
    });
  });
});
