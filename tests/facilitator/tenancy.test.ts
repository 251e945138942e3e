import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listMerchantClients } from '#schemas/facilitator/clients.ts';
import { createResource, listOwnResources } from '#schemas/facilitator/resources.ts';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { operations } from '#schemas/index.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames } from '#schemas/kit/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Merchant, newMerchant, newPayer, paymentBody, settle, verify } from './kit.ts';

const all = operations.filter((op) => op.plane === 'facilitator');
const callers = ['user', 'client'] as const;
type Caller = (typeof callers)[number];
const takes = (op: Operation, caller: Caller) => authNames(op).includes(caller);
const own = all.filter((op) => callers.some((caller) => takes(op, caller)));
/** Each operation once for every kind of caller that it knows. */
const cases = own.flatMap((op) =>
  callers.filter((caller) => takes(op, caller)).map((caller) => ({ id: op.id, op, caller })),
);

const withId = cases.filter(({ op }) => op.path.includes('/:'));
/** Reads without an id: what they tell is the caller's own. */
const lists = cases.filter(({ op }) => op.method === 'GET' && !op.path.includes('/:'));
/** Tell nothing that anybody owns, or make something for the caller. */
const ownerless = [
  'createMerchantClient',
  'createResource',
  'getSupported',
  'settlePayment',
  'verifyPayment',
];
const forOperators = all.filter((op) => authNames(op).includes('admin'));

let test: TestApp;
let mine: Merchant;
let theirs: Merchant;
/** Makes no call with a key, so that nothing at all is counted for it. */
let onlooker: Merchant;
let ids: Record<'clients' | 'resources' | 'settlements', string | number>;
/** Words that tell of what `mine` has. */
let traces: string[];

const headersOf = (merchant: Merchant, caller: Caller) =>
  caller === 'user' ? merchant.person.bearer : merchant.headers;
const paramsOf = ({ path }: Operation) => ({ id: ids[path.split('/')[3] as keyof typeof ids] });

/** Everything that an owner has, as its own lists tell it. */
async function belongings({ person: { bearer: headers } }: Merchant) {
  const { app } = test;
  return [
    (await call(app, listMerchantClients, { headers })).body,
    (await call(app, listOwnResources, { headers })).body,
    (await call(app, listSettlements, { headers })).body,
  ] as const;
}

beforeAll(async () => {
  test = await bootApp();
  const { app, localnet } = test;
  [mine, theirs, onlooker] = [await newMerchant(app), await newMerchant(app), await newMerchant(app)];
  const payer = await newPayer(localnet);
  const payment = await paymentBody({ localnet, payer, payTo: mine.payTo });
  expect((await verify(app, mine, payment)).body).toMatchObject({ isValid: true });
  expect((await settle(app, mine, payment)).body).toMatchObject({ success: true });
  const resource = { ...(createResource.examples.body as object), resource: '/mine/only' };
  await call(app, createResource, { headers: mine.person.bearer, body: resource as never });
  const [, { data: listed }, { data: history }] = await belongings(mine);
  const [settlement] = history.settlements;
  ids = { clients: mine.clientId, resources: listed.resources[0]!.id, settlements: settlement!.id };
  traces = [mine.clientId, '/mine/only', settlement!.id, payer.address, mine.payTo, settlement!.transaction!];
});
afterAll(() => test.close());

describe('another user and their client keys', () => {
  it('walk every operation that belongs to somebody', () => {
    expect(withId.map(({ id, caller }) => `${id} ${caller}`).toSorted()).toEqual([
      'deleteMerchantClient user',
      'deleteResource user',
      'getResource user',
      'getSettlement client',
      'getSettlement user',
      'rotateMerchantClient user',
      'updateResource user',
    ]);
    const walked = new Set([...withId, ...lists].map(({ id }) => id));
    const rest = own.filter(({ id }) => !walked.has(id)).map(({ id }) => id);
    expect(new Set([...rest, 'getSupported'])).toEqual(new Set(ownerless));
    expect(lists.length).toBeGreaterThan(9);
    expect(forOperators.length).toBeGreaterThan(14);
  });

  it.each(withId)('get 404 from $id as $caller, as if it were not there', async ({ op, caller }) => {
    const ask = (params: object, who: Merchant) =>
      attempt(test.app, op, {
        params,
        headers: headersOf(who, caller),
        ...(op.body ? { body: op.examples.body ?? {} } : {}),
      });
    const foreign = await ask(paramsOf(op), theirs);
    expect(foreign, JSON.stringify(foreign.body)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const unknown = await ask({ id: typeof paramsOf(op).id === 'number' ? 2_000_000_000 : 'nobody' }, theirs);
    expect(foreign.body).toEqual(unknown.body);
    if (op.method !== 'GET') return;
    const seen = await ask(paramsOf(op), mine);
    expect(seen.status, JSON.stringify(seen.body)).toBe(200);
    expect(traces.some((one) => JSON.stringify(seen.body).includes(one))).toBe(true);
  });

  it.each(lists.filter(({ id }) => id !== 'getSupported'))(
    'see nothing of it in $id as $caller, where the owner does',
    async ({ op, caller }) => {
      const data = async (who: Merchant) => {
        const { status, body } = await attempt(test.app, op, { headers: headersOf(who, caller) });
        expect(status, JSON.stringify(body)).toBe(200);
        return body['data'];
      };
      // Metrics are written some seconds after the request.
      await expect.poll(async () => figures(await data(mine)), { timeout: 10_000 }).not.toEqual([]);
      const other = caller === 'user' ? onlooker : theirs;
      const foreign = await data(other);
      for (const trace of traces) expect(JSON.stringify(foreign)).not.toContain(trace);
      // Of their own there is one client key.
      const due = op.id === listMerchantClients.id ? [other.clientId] : [];
      expect(figures(foreign)).toEqual(due);
    },
  );

  it.each(forOperators)('are nobody to the operation $id', async (op) => {
    const { params, body } = op.examples;
    for (const headers of callers.map((caller) => headersOf(mine, caller)))
      expect(await attempt(test.app, op, { params, headers, ...(op.body ? { body } : {}) })).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHORIZED' },
      });
  });

  it('leave everything as it was', async () => {
    const [clients, resources, settlements] = await belongings(mine);
    expect(clients.data.map(({ clientId }) => clientId)).toEqual([mine.clientId]);
    expect(clients.data[0]).not.toHaveProperty('previousTokenExpiresAt');
    expect(resources.data.resources).toMatchObject([{ id: ids.resources, resource: '/mine/only' }]);
    expect(settlements.data.settlements).toMatchObject([{ id: ids.settlements, status: 'settled' }]);
    expect((await verify(test.app, mine, {})).status).toBe(400);
  });
});

/** What an answer tells of: its rows by their first words, and its sums that are not nought. */
function figures(data: unknown): unknown[] {
  if (Array.isArray(data)) return data.map((row: object) => Object.values(row)[0] as unknown);
  const { offset: _offset, limit: _limit, nextCursor: _next, ...told } = data as Record<string, unknown>;
  return Object.values(told).flatMap((one) =>
    Array.isArray(one) ? one : one === 0 || one === '0' ? [] : [one],
  );
}
