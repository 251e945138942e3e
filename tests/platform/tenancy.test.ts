import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '#schemas/index.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames } from '#schemas/kit/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { as, errorOf, newKey, newTenant } from './kit.ts';
import { owned, ownerless, type Owner } from './owned.ts';

const own = operations.filter((op) => op.plane === 'platform' && !authNames(op).includes('none'));
const withId = own.filter((op) => op.path.includes('/:') && !ownerless.has(op.path));
const lists = own.filter(
  (op) => op.method === 'GET' && !op.path.includes('/:') && op.success.schema['properties']?.['has_more'],
);

let test: TestApp;
let mine: Owner;
let theirs: Owner;
const made = new Map<string, Record<string, string>>();

async function newOwner(): Promise<Owner> {
  const tenant = await newTenant(test.app);
  return { app: test.app, tenant, key: await newKey(test.app, tenant, { rate_limit: 100_000 }) };
}

const headersOf = (op: Operation, { tenant, key }: Owner) =>
  authNames(op).includes('user') ? tenant.user : as(key);

const prefixOf = (op: Operation) =>
  Object.keys(owned)
    .filter((prefix) => op.path === prefix || op.path.startsWith(`${prefix}/`))
    .toSorted((a, b) => b.length - a.length)[0];

/** Parameters of a thing that `mine` owns; made once a group. */
async function paramsOf(op: Operation): Promise<Record<string, string>> {
  const prefix = prefixOf(op);
  if (prefix === undefined) throw new Error(`${op.id} (${op.path}) has no line in owned.ts`);
  if (!made.has(prefix)) made.set(prefix, await owned[prefix]!(mine));
  return { ...(op.examples.params as Record<string, string>), ...made.get(prefix) };
}

beforeAll(async () => {
  test = await bootApp();
  [mine, theirs] = [await newOwner(), await newOwner()];
  for (const op of withId) await paramsOf(op);
});
afterAll(() => test.close());

describe('another tenant', () => {
  it('walks more than a few operations', () => {
    expect(withId.length).toBeGreaterThan(4);
    expect(lists.length).toBeGreaterThan(1);
  });

  it.each(withId)('gets 404 from $id', async (op) => {
    const params = await paramsOf(op);
    const body = op.body ? { body: op.examples.body } : {};
    const { query } = op.examples;
    const answer = await attempt(test.app, op, { params, query, ...body, headers: headersOf(op, theirs) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(404);
    expect(errorOf(answer)['code']).toMatch(/_not_found$/);
  });

  it.each(withId.filter(({ method }) => method === 'GET'))('and the owner reads $id', async (op) => {
    const params = await paramsOf(op);
    const { query } = op.examples;
    const answer = await attempt(test.app, op, { params, query, headers: headersOf(op, mine) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(op.success.status);
  });

  it.each(lists)('sees nothing of it in $id', async (op) => {
    const ids = [...made.values()].flatMap((params) => Object.values(params));
    const answer = await attempt(test.app, op, { headers: headersOf(op, theirs) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const text = JSON.stringify(answer.body);
    for (const id of ids) expect(text).not.toContain(id);
    const rows = answer.body['data'] as { object: string }[];
    const allowed = new Set(['network', 'session', 'api_key']);
    expect(rows.filter(({ object }) => !allowed.has(object))).toEqual([]);
  });
});
