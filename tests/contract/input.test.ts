import { randomInt } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import type { TSchema } from '@sinclair/typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { authNames, errorCodesOf, ownerOf } from '#schemas/kit/plane.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import * as adapter from '#tests/adapter/kit.ts';
import * as facilitator from '#tests/facilitator/kit.ts';
import * as platform from '#tests/platform/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { urlOf } from '#tests/kit/call.ts';
import { misfit, resolved } from '#tests/kit/catalogue.ts';

let world: TestApp;
/** Credentials by plane and auth. */
let callers: Record<string, Record<string, string>>;

beforeAll(async () => {
  world = await bootApp();
  const app = await adapter.newClient(world);
  const merchant = await facilitator.newMerchant(world.app);
  const tenant = await platform.newTenant(world.app);
  callers = {
    'adapter none': {},
    'adapter admin': adapter.admin(world),
    'adapter client': app.as(adapter.newUser()),
    'facilitator none': {},
    'facilitator client': merchant.headers,
    'facilitator user': merchant.person.bearer,
    'facilitator admin': adapter.bearer(world.secrets.ADMIN_MASTER_KEY),
    'platform none': {},
    'platform user': tenant.user,
    'platform key': platform.as(await platform.newKey(world.app, tenant, { rate_limit: 1_000_000 })),
  };
});
afterAll(() => world.close());

const callerOf = (op: Operation) => callers[`${op.plane} ${authNames(op)[0]}`]!;
const planeOf = (op: Operation) => planes.find(({ name }) => name === op.plane)!;

type Answer = {
  status: number;
  body: Record<string, unknown>;
  text: string;
  headers: Record<string, unknown>;
};

/** Sends from an address of its own, so that no limit by address gets in the way; every answer has a request id. */
async function send(options: InjectOptions): Promise<Answer> {
  const remoteAddress = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const response = await world.app.inject({ ...options, remoteAddress });
  expect(response.headers['x-request-id']).toBeTypeOf('string');
  const text = response.body;
  const body = text.startsWith('{') ? (response.json() as Record<string, unknown>) : {};
  return { status: response.statusCode, body, text, headers: response.headers };
}

function request(op: Operation, change: Partial<InjectOptions> = {}): InjectOptions {
  const { params, query } = op.examples;
  const headers = {
    ...callerOf(op),
    ...(change.payload === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return {
    method: op.method,
    url: urlOf(op, params, query),
    ...change,
    headers: { ...headers, ...(change.headers as Record<string, string>) },
  };
}

const codeOf = ({ code, error }: { code?: string; error?: { code?: string } }) =>
  code ?? error?.code ?? 'none';

/** The answer is an error in the plane's envelope, of that status, and the operation declares its code. */
function expectError(op: Operation, status: number, answer: Answer, names?: string): void {
  const plane = planeOf(op);
  const code = codeOf(answer.body);
  expect([answer.status, misfit(op.id, plane.errorBody, answer.body, 'body')], answer.text).toEqual([
    status,
    [],
  ]);
  expect(plane.codes[code], code).toBe(status);
  expect(errorCodesOf(op, plane), op.id).toContain(code);
  if (names !== undefined) expect(answer.text).toContain(names);
}

const json = (value: unknown) => JSON.stringify(value);
const bodyOf = (op: Operation) => structuredClone(op.examples.body) as Record<string, unknown>;
const withBody = operations.filter((op) => op.body);
/** Operations that end the credentials they are called with. */
const ending = new Set(['revokeToken', 'logOutAccount']);
/** Bodies whose fields the protocol itself judges: it answers 200 and why not. */
const judged = new Set(['verifyPayment', 'settlePayment']);

describe('credentials', () => {
  const closed = operations.filter((op) => !authNames(op).includes('none'));

  it('covers more than a few operations, and knows a caller for each', () => {
    expect(closed.length).toBeGreaterThan(10);
    for (const op of operations) expect(callerOf(op), op.id).toBeDefined();
  });

  it.each(closed)('$id answers 401 without any, and with bad ones', async (op) => {
    const payload = op.body ? json(op.examples.body) : undefined;
    const type = payload ? { 'content-type': 'application/json' } : {};
    const bare = { method: op.method, url: urlOf(op, op.examples.params), ...(payload ? { payload } : {}) };
    expectError(op, 401, await send({ ...bare, headers: type }));
    for (const bad of ['garbage', 'Bearer', 'Bearer a.b.c', `Bearer ${'e'.repeat(4000)}`, 'Basic YTpi']) {
      const headers = {
        ...type,
        authorization: bad,
        'x-admin-key': bad,
        'x-client-id': bad,
        'x-client-token': bad,
      };
      expectError(op, 401, await send({ ...bare, headers }));
    }
  });
});

describe('bodies', () => {
  it.each(withBody)('$id names an unknown field', async (op) => {
    const answer = await send(request(op, { payload: json({ ...bodyOf(op), amonut: 1 }) }));
    if (judged.has(op.id)) expect(answer.status, answer.text).toBeLessThan(500);
    else expectError(op, 400, answer, 'amonut');
  });

  it.each(withBody)('$id names a field that is missing or of a wrong type', async (op) => {
    const { properties = {}, required = [] } = resolved(op.body!) as {
      properties?: Record<string, TSchema>;
      required?: string[];
    };
    for (const name of required) {
      const { [name]: _gone, ...rest } = bodyOf(op);
      expectError(op, 400, await send(request(op, { payload: json(rest) })), name);
    }
    for (const [name, property] of Object.entries(properties)) {
      for (const wrong of [{ a: { b: 1 } }, [[]], true]) {
        if (misfit(name, property, wrong, 'body').length === 0) continue;
        const answer = await send(request(op, { payload: json({ ...bodyOf(op), [name]: wrong }) }));
        if (judged.has(op.id)) expect(answer.status, answer.text).toBeLessThan(500);
        else expectError(op, 400, answer, name);
      }
    }
  });

  it.each(withBody)('$id refuses what is no JSON object', async (op) => {
    for (const payload of ['{"a":', 'null', '[]', '"text"', '7', '{"__proto__": {"a": 1}}', '\u0000']) {
      expectError(op, 400, await send(request(op, { payload })), 'body');
    }
    const nul = json({ ...bodyOf(op), note: { a: ['\0'] } });
    expectError(op, 400, await send(request(op, { payload: nul })), 'NUL');
    for (const half of [{ a: ['\ud800'] }, { '\udfff': 1 }]) {
      const payload = json({ ...bodyOf(op), note: half });
      expectError(op, 400, await send(request(op, { payload })), 'surrogate');
    }
    const nested = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expectError(op, 400, await send(request(op, { payload: nested })));
  });

  it.each(withBody)('$id says whether it may be left out', async (op) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send(request(op, { headers }));
    if (op.optionalBody) expect(answer.status, answer.text).toBeLessThan(500);
    else expectError(op, 400, answer, 'body');
  });

  it.each(withBody)('$id refuses other content types and huge bodies', async (op) => {
    const payload = json(op.examples.body);
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      expectError(op, 415, await send(request(op, { payload, headers: { 'content-type': type } })));
    }
    expectError(op, 413, await send(request(op, { payload: json({ filler: 'x'.repeat(2 << 20) }) })));
  });

  it('operations without a body take an empty one, of whatever type it says to be', async () => {
    const without = operations.filter((op) => !op.body && op.method !== 'GET' && !ending.has(op.id));
    expect(without.length).toBeGreaterThan(0);
    for (const op of without) {
      const { status, text } = await send(request(op, { headers: { 'content-type': 'application/json' } }));
      expect(status, text).toBeLessThan(500);
      expect([400, 413, 415], text).not.toContain(status);
    }
  });
});

describe('parameters', () => {
  const hostile = ['%00', '..%2f..%2fetc', "'%20or%201=1--", 'x'.repeat(250), '%F0%9F%92%A9', '-1', '%ff'];

  it.each(operations.filter((op) => op.params))('$id survives hostile path parameters', async (op) => {
    for (const bad of hostile) {
      const url = op.path.replaceAll(/:[A-Za-z]+/g, bad);
      const payload = op.body ? json(op.examples.body) : undefined;
      const answer = await send(request(op, { url, ...(payload ? { payload } : {}) }));
      // Some reads answer 200 and say that there is nothing.
      const fits =
        answer.status < 300 || misfit(op.id, planeOf(op).errorBody, answer.body, 'body').length === 0;
      expect([answer.status < 500, fits], `${bad}: ${answer.text}`).toEqual([true, true]);
    }
  });

  it.each(operations.filter((op) => op.query))('$id names a query field of a wrong type', async (op) => {
    const { properties } = op.query as { properties: Record<string, { type?: string; pattern?: string }> };
    for (const [name, { type }] of Object.entries(properties)) {
      if (type !== 'integer' && type !== 'number' && type !== 'boolean') continue;
      const url = urlOf(op, op.examples.params, { ...op.examples.query, [name]: 'many' });
      expectError(op, 400, await send(request(op, { url })), name);
    }
  });
});

describe('paths and methods', () => {
  it('a path under a prefix that nobody serves answers 404 in the envelope of its plane', async () => {
    for (const plane of planes) {
      for (const prefix of [...plane.prefixes, ...(plane.fallback ? ['/nowhere'] : [])]) {
        const answer = await send({ method: 'GET', url: `${prefix}/no/such/path` });
        expect([answer.status, misfit(prefix, plane.errorBody, answer.body, 'body')]).toEqual([404, []]);
        expect(plane.codes[codeOf(answer.body)]).toBe(404);
      }
    }
  });

  it('a path under a method it does not serve answers 405 and says which it does', async () => {
    const byPath = Map.groupBy(operations, ({ path }) => path);
    // `/claims/execute` is also a `/claims/:claimId`.
    const covers = (pattern: string, path: string) => {
      const [parts, words] = [pattern.split('/'), path.split('/')];
      return (
        parts.length === words.length && parts.every((part, i) => part.startsWith(':') || part === words[i])
      );
    };
    for (const [path, served] of byPath) {
      const serving = operations.filter((op) => covers(op.path, path));
      const methods = [...new Set(serving.map(({ method }) => method))];
      const wrong = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).find((m) => !methods.includes(m))!;
      const url = urlOf(served[0]!, served[0]!.examples.params);
      const answer = await send({ method: wrong, url });
      const plane = ownerOf(planes, path);
      expect([answer.status, misfit(path, plane.errorBody, answer.body, 'body')], `${wrong} ${url}`).toEqual([
        405,
        [],
      ]);
      expect(String(answer.headers['allow']).split(', ').toSorted()).toEqual(methods.toSorted());
    }
  });
});
