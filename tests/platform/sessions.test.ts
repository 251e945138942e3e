import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getMe, logInAccount, refreshSession } from '#schemas/platform/accounts.ts';
import { listSessions, revokeSession } from '#schemas/platform/sessions.ts';
import { systemClock } from '#src/core/clock.ts';
import { createStore } from '#src/db/store.ts';
import { cleanUpExpired } from '#src/jobs/handlers/clean-up-expired.ts';
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

describe('sessions', () => {
  it('are listed, and ended one by one on every replica', async () => {
    const replica = await appOfTest({ replicaOf: test });
    const tenant = await newTenant(test.app);
    const { body: second } = await call(test.app, logInAccount, {
      body: { email: tenant.email, password },
      headers: { 'user-agent': 'second/1.0' },
    });
    const { body } = await call(test.app, listSessions, { headers: tenant.user });
    expect(body).toMatchObject({ object: 'list', has_more: false, total: 2 });
    expect(body.data[0]).toEqual({
      object: 'session',
      id: second.id,
      method: 'password',
      ip: '127.0.0.1',
      user_agent: 'second/1.0',
      current: false,
      created: expect.any(Number),
      last_used_at: expect.any(Number),
      expires_at: expect.any(Number),
    });
    expect(body.data[1]).toMatchObject({ id: tenant.sessionId, current: true });
    const headers = as(second.access_token);
    await call(replica.app, getMe, { headers });
    const params = { id: second.id };
    const ended = await call(test.app, revokeSession, { headers: tenant.user, params });
    expect(ended.body).toEqual({ object: 'session', id: second.id, revoked: true });
    for (const { app } of [test, replica]) expect((await attempt(app, getMe, { headers })).status).toBe(401);
    const stale = await attempt(test.app, refreshSession, { body: { refresh_token: second.refresh_token } });
    expect(stale.status).toBe(401);
    expect((await call(test.app, listSessions, { headers: tenant.user })).body.total).toBe(1);
    const again = await attempt(test.app, revokeSession, { headers: tenant.user, params });
    expect(errorOf(again)).toMatchObject({ code: 'session_not_found', status: 404 });
  });

  it('that have expired are removed', async () => {
    const tenant = await newTenant(test.app);
    const { sessions } = createStore(test.database.database.db);
    shift += 7 * 24 * 3_600_000 + 1_000;
    expect(await sessions.findWithUser(tenant.sessionId)).not.toBeNull();
    await cleanUpExpired({ sessions }, clock, {
      info: () => {},
      warn: () => {},
      error: () => {},
    } as never).run({});
    expect(await sessions.findWithUser(tenant.sessionId)).toBeNull();
  });
});

describe('a guess', () => {
  const guess = async (email: string) => {
    const begun = performance.now();
    const answer = await attempt(test.app, logInAccount, { body: { email, password: 'not-this-password' } });
    return { ...answer, took: performance.now() - begun };
  };
  /** The quickest of each: what the machine does beside only adds. */
  const ratioOf = async (known: string, nobody: string, tries: number): Promise<number> => {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < tries; i += 1) {
      times[0].push((await guess(nobody)).took);
      times[1].push((await guess(known)).took);
    }
    return Math.min(...times[0]) / Math.min(...times[1]);
  };

  it('takes as long at nobody as at somebody, locked as well', async () => {
    const { email } = await newTenant(test.app);
    const nobody = `nobody-${email}`;
    // Without a hash to compare it is a tenth.
    const open = await ratioOf(email, nobody, 7);
    expect(open).toBeGreaterThan(0.5);
    expect(open).toBeLessThan(2);
    for (const address of [email, nobody]) {
      for (let tries = 0; (await guess(address)).status !== 423; tries += 1) expect(tries).toBeLessThan(20);
      expect(Number((await guess(address)).headers['retry-after'])).toBeGreaterThan(600);
    }
    const locked = await ratioOf(email, nobody, 10);
    expect(locked).toBeGreaterThan(0.3);
    expect(locked).toBeLessThan(3);
  });
});
