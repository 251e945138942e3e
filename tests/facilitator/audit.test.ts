import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations as catalogue } from '#schemas/index.ts';
import { composeHandlers } from '#src/compose/handlers.ts';
import { loadConfig } from '#src/config/load.ts';
import { createStore } from '#src/db/store.ts';
import { createLogger } from '#src/http/logging.ts';
import { listAudit } from '#schemas/facilitator/audit.ts';
import * as admin from '#schemas/facilitator/admin.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames } from '#schemas/kit/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { smtpDouble, type SmtpDouble } from '#tests/kit/smtp-double.ts';
import { drivers } from './audit-kit.ts';
import { newMerchant, newPerson, password } from './kit.ts';

let test: TestApp;
let smtp: SmtpDouble;
let headers: Record<string, string>;
beforeAll(async () => {
  smtp = await smtpDouble();
  const env = { TRUST_PROXY: '127.0.0.1', SMTP_URL: smtp.url };
  test = await bootApp({ env: { ...env, DASHBOARD_ORIGINS: 'https://dashboard.example.com' } });
  headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
});
afterAll(async () => {
  await test.close();
  await smtp.close();
});

const entries = async (query: object = {}) =>
  (await call(test.app, listAudit, { headers, query: { limit: 100, ...query } })).body.data.entries;
const email = () => `user-${randomUUID()}@example.com`;

const requestId = () => `audit-${randomUUID()}`;

/** Texts in an answer that no other answer should ever hold again. */
const secretsIn = (body: object) =>
  [...JSON.stringify(body).matchAll(/"(?:token|clientSecret|key|secret)":"([^"]{20,})"/g)].map(
    ([, one]) => one,
  );

describe('the audit trail', () => {
  const isKeyWork = ({ path }: Operation) =>
    /\/(clients|api_keys)(\/|$)|\/webhook_endpoints(\/:id(\/rotate_secret)?)?$/.test(path);
  /** What decides who may sign in as somebody. */
  const signIns = new Set(['verifyPasskey', 'deletePasskey', 'resetPassword', 'revokeSession', 'updateMe']);
  const changing = catalogue.filter(({ method }) => method !== 'GET');

  it('is kept of every change that operators, owners of keys and people make, on every plane', () => {
    const due = changing
      .filter((op) => authNames(op).includes('admin') || isKeyWork(op) || signIns.has(op.id))
      .map(({ id }) => id);
    const kept = catalogue.filter(({ audited }) => audited).map(({ id }) => id);
    expect(due.length).toBeGreaterThan(25);
    expect(kept.toSorted()).toEqual(due.toSorted());
    expect(Object.keys(drivers).toSorted()).toEqual(kept.toSorted());
  });

  it.each(Object.keys(drivers))(
    '%s leaves one entry: who, what, when, whence, no secrets',
    async (operation) => {
      const id = requestId();
      const { answer, target, fields, by = 'operator:admin' } = await drivers[operation]!({ test, smtp }, id);
      const all = await entries({ operation });
      const own = all.filter((one) => one.requestId === id);
      const { plane } = catalogue.find((one) => one.id === operation)!;
      const ip = '203.0.113.7';
      const at = expect.stringMatching(/^20.*Z$/);
      expect(own).toEqual([
        {
          id: expect.stringMatching(/^aud_/),
          at,
          actor: by,
          plane,
          operation,
          target,
          fields,
          requestId: id,
          ip,
        },
      ]);
      for (const secret of [...secretsIn(answer.body), 'AnotherPassword1!', password])
        expect(JSON.stringify(all)).not.toContain(secret);
    },
  );

  it('has nothing of what was refused or changed nothing', async () => {
    const ids = [requestId(), requestId(), requestId()];
    const as = (i: number) => ({ ...headers, 'x-request-id': ids[i]! });
    const person = await newPerson(test.app);
    const taken = { email: person.email, password };
    expect((await attempt(test.app, admin.createUser, { headers: as(0), body: taken })).status).toBe(409);
    const params = { id: 2_000_000 };
    expect((await attempt(test.app, admin.deleteUser, { headers: as(1), params })).status).toBe(404);
    await call(test.app, admin.updateUser, { headers: as(2), params: { id: person.id }, body: {} });
    const found = (await entries()).map((one) => one.requestId);
    expect(found.filter((id) => ids.includes(id))).toEqual([]);
  });

  it('is written with the change or not at all', async () => {
    const { executeSql } = test.database.database;
    await executeSql('alter table audit_entries rename to audit_entries_away');
    const body = { email: email(), password };
    const answer = await attempt(test.app, admin.createUser, { headers, body });
    await executeSql('alter table audit_entries_away rename to audit_entries');
    expect(answer.status).toBe(500);
    // Nothing was made: the address is free.
    await call(test.app, admin.createUser, { headers, body });
  });

  it('can not be changed or removed, even by who holds the database', async () => {
    await drivers['createUser']!({ test, smtp }, requestId());
    for (const text of [
      `update audit_entries set actor = 'nobody'`,
      'delete from audit_entries',
      'truncate audit_entries',
    ])
      await expect(test.database.database.executeSql(text)).rejects.toThrow(/audit entries stay/);
  });
});

describe('its retention', () => {
  const executeSql = (text: string) => test.database.database.executeSql(text);
  const stored = async () => {
    const { rows } = await executeSql(`select id from audit_entries where id like 'old%' order by id`);
    return rows.map(({ id }) => id);
  };
  const old = (id: string, days: number) =>
    executeSql(`insert into audit_entries (id, at, actor, plane, operation, target, fields, request_id, ip)
      values ('${id}', now() - interval '${days} days', 'x', 'x', 'x', 'x', '{}', 'x', 'x')`);

  it('is by age alone: the clean-up removes what is older, and nobody else anything', async () => {
    await old('old-401', 401);
    await old('old-399', 399);
    await old('old-29', 29);
    const store = createStore(test.database.database.db);
    const config = loadConfig({ NODE_ENV: 'test' });
    const clock = { now: () => new Date() };
    for (const job of composeHandlers({ store, clock, config }, { handlers: [] }, createLogger('silent')))
      await job.run({});
    expect(await stored()).toEqual(['old-29', 'old-399']);
    await expect(executeSql(`delete from audit_entries where id = 'old-399'`)).rejects.toThrow(/stay/);
    // Whoever says that he cleans up removes no young ones, and changes nothing.
    for (const text of [
      `delete from audit_entries where id = 'old-29'`,
      `update audit_entries set actor = 'nobody' where id = 'old-399'`,
      'truncate audit_entries',
    ]) {
      const asCleanUp = `do $do$ begin perform set_config('chronos.audit_before', now()::text, true); ${text}; end $do$`;
      await expect(executeSql(asCleanUp)).rejects.toThrow(/stay/);
    }
    expect(await stored()).toEqual(['old-29', 'old-399']);
  });
});

describe('its list', () => {
  it('is for operators', async () => {
    const { bearer } = await newPerson(test.app);
    for (const wrong of [{}, bearer] as Record<string, string>[])
      expect(await attempt(test.app, listAudit, { headers: wrong })).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
  });

  it('is newest first, by pages that new entries do not shift', async () => {
    for (let i = 0; i < 5; i += 1) await drivers['createUser']!({ test, smtp }, requestId());
    const all = (await entries()).map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor ? { cursor } : {}) };
      const { data } = (await call(test.app, listAudit, { headers, query })).body;
      seen.push(...data.entries.map(({ id }) => id));
      cursor = data.nextCursor ?? undefined;
      if (seen.length === 2) await drivers['createUser']!({ test, smtp }, requestId());
    } while (cursor && seen.length < 5);
    expect(seen).toEqual(all.slice(0, seen.length));
  });

  it('is filtered by actor, operation, target and time', async () => {
    const { person, clientId } = await newMerchant(test.app);
    const actor = `user:${person.id}`;
    expect(await entries({ actor })).toMatchObject([{ operation: 'createMerchantClient', target: clientId }]);
    expect(await entries({ target: clientId })).toMatchObject([{ actor }]);
    expect(await entries({ actor, operation: 'deleteMerchantClient' })).toEqual([]);
    const [{ at } = { at: '' }] = await entries({ actor });
    expect(await entries({ actor, since: at })).toHaveLength(1);
    expect(await entries({ actor, until: at })).toEqual([]);
    expect(await attempt(test.app, listAudit, { headers, query: { since: 'yesterday' } })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });
});
