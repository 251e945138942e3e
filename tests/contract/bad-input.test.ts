import type { TSchema } from '@sinclair/typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { models } from '#schemas/kit/model.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { ownerOf } from '#schemas/kit/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { urlOf } from '#tests/kit/call.ts';
import { credentialsOf, type Credentials } from '#tests/kit/credentials.ts';

let world: TestApp;
let credentials: Credentials;

beforeAll(async () => {
  world = await bootApp();
  credentials = await credentialsOf(world);
});
afterAll(() => world.close());

type Sent = { payload?: string; headers?: Record<string, string> };

async function send(op: Operation, { payload, headers }: Sent) {
  const response = await world.app.inject({
    method: op.method,
    url: urlOf(op, op.examples.params, op.examples.query),
    headers: { ...credentials(op), ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, text: response.body, headers: response.headers };
}

/** The error code in the envelope of the plane that owns the path; fails on any other envelope. */
function codeIn(path: string, text: string): string {
  const body = JSON.parse(text) as Record<string, unknown>;
  const plane = ownerOf(planes, path);
  const example = plane.errorExample(Object.keys(plane.codes)[0]!) as Record<string, unknown>;
  expect(Object.keys(body).toSorted()).toEqual(Object.keys(example).toSorted());
  const code =
    typeof body['error'] === 'object' ? (body['error'] as { code: string }).code : String(body['code']);
  expect(Object.keys(plane.codes)).toContain(code);
  return code;
}

/** The body's own object schema behind its reference. */
function bodySchema(op: Operation): TSchema {
  const { $ref } = op.body as { $ref?: string };
  return models().find((one) => one.$id === $ref) ?? op.body!;
}

const json = { 'content-type': 'application/json' };
const withBody = operations.filter((op) => op.body);

it('looks at something', () => {
  expect(operations.length).toBeGreaterThan(20);
  expect(withBody.length).toBeGreaterThan(8);
});

describe.each(withBody)('$id', (op) => {
  it('refuses what is no JSON, no object, of another type or too large', async () => {
    const bad: [string, Sent, number][] = [
      ['broken JSON', { payload: '{"a":', headers: json }, 400],
      ['a prototype key', { payload: '{"__proto__":{"a":1}}', headers: json }, 400],
      ['an array', { payload: '[]', headers: json }, 400],
      ['a string', { payload: '"text"', headers: json }, 400],
      ['null', { payload: 'null', headers: json }, 400],
      ['text', { payload: 'a=1', headers: { 'content-type': 'text/plain' } }, 415],
      ['a form', { payload: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
      ['2 MB', { payload: JSON.stringify({ a: 'x'.repeat(2_000_000) }), headers: json }, 413],
    ];
    if (!op.optionalBody) bad.push(['no body', { headers: json }, 400]);
    for (const [what, sent, status] of bad) {
      const answer = await send(op, sent);
      expect([what, answer.status]).toEqual([what, status]);
      codeIn(op.path, answer.text);
    }
  });

  it('names the field that is unknown, missing or of the wrong type', async () => {
    const schema = bodySchema(op);
    const good = op.examples.body as Record<string, unknown>;
    const properties = Object.keys((schema['properties'] ?? {}) as object);
    const strict = schema['additionalProperties'] === false;
    const bad: [string, unknown][] = [];
    if (strict) bad.push(['amonut', { ...good, amonut: 1 }]);
    for (const name of (schema['required'] ?? []) as string[]) {
      const { [name]: _gone, ...rest } = good;
      bad.push([name, rest]);
    }
    // A list of lists is no value of any field here.
    if (strict) for (const name of properties) bad.push([name, { ...good, [name]: [[]] }]);
    for (const [field, body] of bad) {
      const answer = await send(op, { payload: JSON.stringify(body), headers: json });
      expect([field, answer.status]).toEqual([field, 400]);
      codeIn(op.path, answer.text);
      expect(answer.text).toContain(field);
    }
  });
});

it.each(operations)('$id never answers 5xx to odd parameters', async (op) => {
  const odd = ['%00', '..%2f..', "'; drop table users; --", '💥'.repeat(20), '-1', 'x'.repeat(300)];
  for (const value of odd) {
    const params = Object.fromEntries(Object.keys(op.examples.params ?? {}).map((name) => [name, value]));
    const query = Object.fromEntries(Object.keys(op.query?.properties ?? {}).map((name) => [name, value]));
    const response = await world.app.inject({
      method: op.method,
      url: urlOf(op, params, query),
      headers: { ...credentials(op), ...(op.body ? json : {}) },
      ...(op.body ? { payload: '{}' } : {}),
    });
    expect([value, Math.floor(response.statusCode / 100) === 5]).toEqual([value, false]);
  }
});

describe('paths and methods', () => {
  const prefixes = planes.flatMap((plane) => plane.prefixes.map((prefix) => ({ plane, prefix })));

  it.each(prefixes)(
    '$prefix/… that nobody serves is 404 in the envelope of its plane',
    async ({ prefix }) => {
      const path = `${prefix}/there-is-no/such-path`;
      const response = await world.app.inject({ url: path });
      expect(response.statusCode).toBe(404);
      expect(codeIn(path, response.body).toUpperCase()).toBe('NOT_FOUND');
    },
  );

  it('a path served under other methods is 405 and names them', async () => {
    const paths = Map.groupBy(operations, (op) => op.path);
    for (const [path, ops] of paths) {
      const allowed = ops.map((op) => op.method);
      const method = (['DELETE', 'PUT', 'PATCH', 'POST', 'GET'] as const).find(
        (one) => !allowed.includes(one),
      );
      // HEAD and GET share a route; a path with all five has none left to try.
      if (!method) continue;
      const response = await world.app.inject({ method, url: urlOf(ops[0]!, ops[0]!.examples.params) });
      expect([path, response.statusCode]).toEqual([path, 405]);
      for (const one of allowed) expect(String(response.headers['allow'])).toContain(one);
      codeIn(path, response.body);
    }
  });

  it('a path that is no URL is 400', async () => {
    const response = await world.app.inject({ url: '/api/v1/networks/%zz' });
    expect(response.statusCode).toBe(400);
    codeIn('/api/v1/networks', response.body);
    expect(response.headers['x-request-id']).toBeTruthy();
  });
});
