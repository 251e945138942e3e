import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations as catalogue } from '#schemas/index.ts';
import { registerClient } from '#schemas/adapter/auth.ts';
import { registerClientToken } from '#schemas/adapter/client-tokens.ts';
import { revokeClient, rotateClientSecret, updateClient } from '#schemas/adapter/clients.ts';
import { listAudit } from '#schemas/facilitator/audit.ts';
import * as admin from '#schemas/facilitator/admin.ts';
import * as assets from '#schemas/facilitator/admin-assets.ts';
import * as clients from '#schemas/facilitator/clients.ts';
import { pauseNetwork, resumeNetwork } from '#schemas/facilitator/operators.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames } from '#schemas/kit/plane.ts';
import * as apiKeys from '#schemas/platform/api-keys.ts';
import { admin as adminOf, newClient } from '#tests/adapter/kit.ts';
import { deployMintable } from '#tests/adapter/own-token.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { newKey, newTenant } from '#tests/platform/kit.ts';
import { newMerchant, newPerson, password } from './kit.ts';

let test: TestApp;
let headers: Record<string, string>;
beforeAll(async () => {
  test = await bootApp({ env: { TRUST_PROXY: '127.0.0.1' } });
  headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
});
afterAll(() => test.close());

const entries = async (query: object = {}) =>
  (await call(test.app, listAudit, { headers, query: { limit: 100, ...query } })).body.data.entries;
const email = () => `user-${randomUUID()}@example.com`;

type Done = { answer: { status: number; body: Record<string, unknown> }; target: string; fields: string[] };
type Step = { op: Operation; params?: object; body?: object; as: Record<string, string>; target?: string };

const requestId = () => `audit-${randomUUID()}`;

/** Calls it under a request id of its own; the target is told, or is what `made` reads from the answer. */
async function act(step: Step, id: string, made: (body: never) => string | number): Promise<Done> {
  const { op, params, body, as } = step;
  const answer = await attempt(test.app, op, {
    headers: { ...as, 'x-request-id': id, 'x-forwarded-for': '203.0.113.7' },
    ...(params ? { params } : {}),
    ...(body ? { body } : {}),
  });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: op.success.status });
  const target = step.target ?? String(made(answer.body as never));
  return { answer, target, fields: Object.keys(body ?? {}) };
}

const newUser = async () => (await newPerson(test.app)).id;
const none = () => '';

/** One way to make each audited change; the actor is the operator unless `by` says who. */
const drivers: Record<string, (id: string) => Promise<Done & { by?: string }>> = {
  createUser: (id) =>
    act(
      { op: admin.createUser, as: headers, body: { email: email(), password } },
      id,
      (body: { data: { user: { id: number } } }) => body.data.user.id,
    ),
  updateUser: async (id) => {
    const user = await newUser();
    const body = { password: 'AnotherPassword1!', is_admin: true, unlock: true };
    return act(
      { op: admin.updateUser, as: headers, params: { id: user }, body, target: `${user}` },
      id,
      none,
    );
  },
  deleteUser: async (id) => {
    const user = await newUser();
    return act({ op: admin.deleteUser, as: headers, params: { id: user }, target: `${user}` }, id, none);
  },
  registerAsset: (id) =>
    act(
      { op: assets.registerAsset, as: headers, body: asset() },
      id,
      (body: { data: { id: number } }) => body.data.id,
    ),
  updateAsset: async (id) => {
    const target = await newAsset();
    return act(
      { op: assets.updateAsset, as: headers, params: { id: target }, body: { active: false }, target },
      id,
      none,
    );
  },
  deleteAsset: async (id) => {
    const target = await newAsset();
    return act({ op: assets.deleteAsset, as: headers, params: { id: target }, target }, id, none);
  },
  pauseNetwork: (id) => onNetwork(pauseNetwork, id),
  resumeNetwork: (id) => onNetwork(resumeNetwork, id),
  createMerchantClient: async (id) => {
    const person = await newPerson(test.app);
    const done = await act(
      { op: clients.createMerchantClient, as: person.bearer, body: { title: 'shop' } },
      id,
      (body: { data: { client: { clientId: string } } }) => body.data.client.clientId,
    );
    return { ...done, by: `user:${person.id}` };
  },
  rotateMerchantClient: (id) => onMerchantKey(clients.rotateMerchantClient, id, { grace_hours: 1 }),
  deleteMerchantClient: (id) => onMerchantKey(clients.deleteMerchantClient, id),
  registerClient: (id) =>
    act(
      {
        op: registerClient,
        as: adminOf(test),
        body: { name: 'app', scopes: ['wallet'], tier: 'starter' },
      },
      id,
      (body: { client: { clientId: string } }) => body.client.clientId,
    ),
  updateClient: (id) => onApp(updateClient, id, { name: 'renamed' }),
  revokeClient: (id) => onApp(revokeClient, id),
  rotateClientSecret: (id) => onApp(rotateClientSecret, id, { gracePeriodSeconds: 0 }),
  registerClientToken: async (id) => {
    const { address } = await deployMintable(test.localnet);
    return onApp(registerClientToken, id, { token: address });
  },
  createApiKey: async (id) => {
    const { user, userId } = await newTenant(test.app);
    const step = { op: apiKeys.createApiKey, as: user, body: { name: 'server' } };
    return { ...(await act(step, id, (body: { id: string }) => body.id)), by: `user:${userId}` };
  },
  updateApiKey: (id) => onApiKey(apiKeys.updateApiKey, id, { name: 'renamed' }),
  rotateApiKey: (id) => onApiKey(apiKeys.rotateApiKey, id, {}),
  revokeApiKey: (id) => onApiKey(apiKeys.revokeApiKey, id),
};

let nextAsset = 1;
const asset = () => ({
  network: 'base-sepolia',
  asset: `0x${(nextAsset++).toString(16).padStart(40, '0')}`,
  symbol: 'X',
  decimals: 6,
  name: 'X',
  version: '1',
});
const newAsset = async () =>
  String((await call(test.app, assets.registerAsset, { headers, body: asset() })).body.data.id);
const onNetwork = (op: Operation, id: string) =>
  act({ op, as: headers, params: { id: 'base-sepolia' }, target: 'base-sepolia' }, id, none);
const onMerchantKey = async (op: Operation, id: string, body?: object) => {
  const { person, clientId } = await newMerchant(test.app);
  const step = { op, as: person.bearer, params: { id: clientId }, target: clientId };
  return { ...(await act({ ...step, ...(body ? { body } : {}) }, id, none)), by: `user:${person.id}` };
};
const onApp = async (op: Operation, id: string, body?: object) => {
  const { clientId } = await newClient(test);
  const step = { op, as: adminOf(test), params: { clientId }, target: clientId };
  return act({ ...step, ...(body ? { body } : {}) }, id, none);
};
const onApiKey = async (op: Operation, id: string, body?: object) => {
  const tenant = await newTenant(test.app);
  const key = await newKey(test.app, tenant);
  const step = { op, as: tenant.user, params: { id: key.id }, target: key.id };
  return { ...(await act({ ...step, ...(body ? { body } : {}) }, id, none)), by: `user:${tenant.userId}` };
};

/** Texts in an answer that no other answer should ever hold again. */
const secretsIn = (body: object) =>
  [...JSON.stringify(body).matchAll(/"(?:token|clientSecret|key|secret)":"([^"]{20,})"/g)].map(
    ([, one]) => one,
  );

describe('the audit trail', () => {
  const isKeyWork = ({ path }: Operation) => /\/(clients|api_keys)(\/|$)/.test(path);
  const changing = catalogue.filter(({ method }) => method !== 'GET');

  it('is kept of every change that operators and owners of keys make, on every plane', () => {
    const due = changing.filter((op) => authNames(op).includes('admin') || isKeyWork(op)).map(({ id }) => id);
    const kept = catalogue.filter(({ audited }) => audited).map(({ id }) => id);
    expect(due.length).toBeGreaterThan(15);
    expect(kept.toSorted()).toEqual(due.toSorted());
    expect(Object.keys(drivers).toSorted()).toEqual(kept.toSorted());
  });

  it.each(Object.keys(drivers))(
    '%s leaves one entry: who, what, when, whence, no secrets',
    async (operation) => {
      const id = requestId();
      const { answer, target, fields, by = 'operator:admin' } = await drivers[operation]!(id);
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
    await drivers['createUser']!(requestId());
    for (const text of [
      `update audit_entries set actor = 'nobody'`,
      'delete from audit_entries',
      'truncate audit_entries',
    ])
      await expect(test.database.database.executeSql(text)).rejects.toThrow(/audit entries stay/);
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
    for (let i = 0; i < 5; i += 1) await drivers['createUser']!(requestId());
    const all = (await entries()).map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor ? { cursor } : {}) };
      const { data } = (await call(test.app, listAudit, { headers, query })).body;
      seen.push(...data.entries.map(({ id }) => id));
      cursor = data.nextCursor ?? undefined;
      if (seen.length === 2) await drivers['createUser']!(requestId());
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
