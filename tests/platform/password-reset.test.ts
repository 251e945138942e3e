import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { logIn, refreshAccess } from '#schemas/facilitator/accounts.ts';
import { getMe, logInAccount, refreshSession } from '#schemas/platform/accounts.ts';
import { forgotPassword, resetPassword } from '#schemas/platform/sign-in.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { smtpDouble, type SmtpDouble } from '#tests/kit/smtp-double.ts';
import { errorOf, newTenant, password, type Tenant } from './kit.ts';

const next = 'another-secure-password';
let offset = 0;
let smtp: SmtpDouble;
let world: TestApp;
beforeAll(async () => {
  smtp = await smtpDouble();
  world = await bootApp({
    env: { SMTP_URL: smtp.url, PASSWORD_RESET_URL: 'https://dashboard.example.com/reset' },
    compose: { clock: { now: () => new Date(Date.now() + offset) } },
  });
});
afterAll(async () => {
  await world.close();
  await smtp.close();
});
beforeEach(() => {
  offset = 0;
});

const forgot = (email: string) => attempt(world.app, forgotPassword, { body: { email } });
const reset = (token: string, wanted = next) =>
  attempt(world.app, resetPassword, { body: { token, password: wanted } });

/** The token in the newest of so many letters to somebody. */
async function mailed({ email }: Tenant, letters = 1): Promise<string> {
  const theirs = () => smtp.mails.filter(({ to }) => to === email);
  await expect.poll(() => theirs().length, { timeout: 10_000 }).toBe(letters);
  const { text } = theirs().at(-1)!;
  return /https:\/\/dashboard\.example\.com\/reset\?token=([\w-]{43})\b/.exec(text)![1]!;
}

async function asked(): Promise<{ tenant: Tenant; token: string }> {
  const tenant = await newTenant(world.app);
  await forgot(tenant.email.toUpperCase());
  return { tenant, token: await mailed(tenant) };
}

describe('a new password', () => {
  test('is set with the mailed token, once; every session of both planes ends', async () => {
    const tenant = await newTenant(world.app);
    const merchant = await call(world.app, logIn, { body: { email: tenant.email, password } });
    expect((await forgot(tenant.email)).status).toBe(202);
    const token = await mailed(tenant);

    const done = await reset(token);
    expect([done.status, done.body['id']]).toEqual([200, tenant.userId]);
    const old = { email: tenant.email, password };
    expect(errorOf(await attempt(world.app, logInAccount, { body: old }))).toMatchObject({
      code: 'invalid_credentials',
    });
    const fresh = await attempt(world.app, logInAccount, { body: { email: tenant.email, password: next } });
    expect(fresh.status).toBe(200);
    const ended = [
      await attempt(world.app, getMe, { headers: tenant.user }),
      await attempt(world.app, refreshSession, { body: { refresh_token: tenant.refreshToken } }),
      await attempt(world.app, refreshAccess, { body: { refresh_token: merchant.body.data.refresh_token } }),
    ];
    expect(ended.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(errorOf(await reset(token))).toMatchObject({ code: 'validation_error', param: 'token' });
  });

  test('lifts a lock', async () => {
    const { tenant, token } = await asked();
    const guess = () =>
      attempt(world.app, logInAccount, { body: { email: tenant.email, password: 'wrong guess' } });
    for (let tries = 0; (await guess()).status !== 423; tries += 1) expect(tries).toBeLessThan(20);
    await reset(token);
    const open = await attempt(world.app, logInAccount, { body: { email: tenant.email, password: next } });
    expect(open.status).toBe(200);
  });

  test('is set together with the end of all sessions, or not at all', async () => {
    const { executeSql } = world.database.database;
    const { tenant, token } = await asked();
    await executeSql('alter table sessions rename to sessions_away');
    const failed = await reset(token);
    await executeSql('alter table sessions_away rename to sessions');
    expect(failed.status).toBe(500);
    const old = { email: tenant.email, password };
    expect((await attempt(world.app, logInAccount, { body: old })).status).toBe(200);
  });

  test('that is weak does not use the token up', async () => {
    const { token } = await asked();
    const weak = await reset(token, 'short');
    expect(errorOf(weak)).toMatchObject({ status: 400, code: 'validation_error', param: 'password' });
    expect((await reset(token)).status).toBe(200);
  });
});

test('a token ends after an hour, and with the next letter', async () => {
  const { tenant, token } = await asked();
  await forgot(tenant.email);
  const second = await mailed(tenant, 2);
  expect((await reset(token)).status).toBe(400);
  offset = 3_600_000;
  expect((await reset(second)).status).toBe(400);
});

test('the answer does not tell who has an account, nor does the limit', async () => {
  const tenant = await newTenant(world.app);
  const unknown = `nobody-${tenant.email}`;
  const answers = async (email: string) => {
    const all = [];
    for (let i = 0; i < 6; i += 1) {
      const { status, body } = await forgot(email);
      all.push([status, status === 202 ? body : errorOf({ body })['code']]);
    }
    return all;
  };
  const known = await answers(tenant.email);
  expect(known).toEqual(await answers(unknown));
  expect(known.at(-1)).toEqual([429, 'rate_limited']);
  expect(smtp.mails.map(({ to }) => to)).not.toContain(unknown);
});

test('a mail server that refuses is no fault of the caller', async () => {
  const tenant = await newTenant(world.app);
  smtp.refuse = '451 try later';
  expect((await forgot(tenant.email)).status).toBe(202);
  await expect.poll(() => smtp.refused).toBe(1);
  smtp.refuse = undefined;
  expect((await forgot(tenant.email)).status).toBe(202);
  expect((await reset(await mailed(tenant))).status).toBe(200);
});
