import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapterScopes } from '#schemas/adapter/auth.ts';
import { revokeClient } from '#schemas/adapter/clients.ts';
import { type AdapterCode, adapterErrors } from '#schemas/adapter/plane.ts';
import { createWallet } from '#schemas/adapter/wallet.ts';
import { envSchema } from '#src/config/schema.ts';
import { loadConfig } from '#src/config/load.ts';
import { standardTiers } from '#src/planes/adapter/auth.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import * as guide from './guide.ts';
import { admin, newClient, newUser, outcome, tokenOf } from './kit.ts';

let world: TestApp;
let base: string;
let offset = 0;
const clock = { now: () => new Date(Date.now() + offset) };
/** Placeholders of the guide and what they stand for here. */
const known = new Map<string, string>();

beforeAll(async () => {
  world = await bootApp({ compose: { clock } });
  base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  known.set('your_admin_master_key', world.secrets.ADMIN_MASTER_KEY);
});

afterAll(() => world.close());

const filled = (text: string) =>
  [...known].reduce((all, [placeholder, value]) => all.replaceAll(placeholder, value), text);

/** Sends what a curl command says. */
async function run(command: string): Promise<{ status: number; body: unknown }> {
  const [, method, path] = /^curl -X (\w+) (\S+)/.exec(command)!;
  const headers = [...command.matchAll(/-H "([^:]+): ([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
  const body = /-d '([^']*)'/.exec(command)?.[1];
  const response = await fetch(base + path!, {
    method: method!,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: await response.json() };
}

/** Where an answer differs from the guide's: a key that is missing, another type, another fixed value. */
function differences(printed: unknown, got: unknown, at = 'body'): string[] {
  if (typeof printed === 'string' && guide.placeholders[printed]) {
    if (typeof got !== 'string' || !guide.placeholders[printed].test(got)) return [`${at} is ${String(got)}`];
    known.set(printed, got);
    return [];
  }
  if (typeof printed !== 'object' || printed === null || Array.isArray(printed))
    return JSON.stringify(got) === JSON.stringify(printed) ? [] : [`${at} is ${JSON.stringify(got)}`];
  const object = (got ?? {}) as Record<string, unknown>;
  return Object.entries(printed).flatMap(([key, value]) =>
    key in object ? differences(value, object[key], `${at}.${key}`) : [`${at}.${key} is missing`],
  );
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner).map((name) => `${key}.${name}`)])
    : [];

test('every request of the guide, as printed, gets the answer that is printed under it', async () => {
  const more: string[] = [];
  for (const { request, response } of guide.steps) {
    const { status, body } = await run(filled(request));
    expect([200, 201], JSON.stringify(body)).toContain(status);
    const printed: unknown = JSON.parse(response);
    expect(differences(printed, body)).toEqual([]);
    more.push(...keysOf(body).filter((key) => !keysOf(printed).includes(key)));
  }
  // Nothing beside what is printed, but three facts on a wallet.
  expect(more.toSorted()).toEqual(['wallet.deployed', 'wallet.isNew', 'wallet.network']);
});

test('the token has the claims of the guide', () => {
  const [head, payload] = known.get('eyJhbGciOiJIUzI1NiIs...')!.split('.');
  const read = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  expect(read(head!)['alg']).toBe('HS256');
  const claims = read(payload!);
  for (const [name, value] of Object.entries(guide.claims)) {
    if (value === null) expect(claims[name], name).toBeDefined();
    else expect(claims[name], name).toBe(value);
  }
  expect(claims['sub']).toBe(known.get('client_abc123def456'));
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3600);
  expect(claims['scopes']).toEqual(['wallet', 'mint', 'transfer', 'claim']);
  expect(claims['tier']).toBe('enterprise');
});

test('scopes, limits and variables are those of the guide', () => {
  expect([...adapterScopes]).toEqual(guide.scopes);
  const lines = guide.limits.split('\n');
  for (let i = 0; i < lines.length; i += 2)
    expect(standardTiers[lines[i]!.toLowerCase()]).toBe(Number(lines[i + 1]));
  for (const name of guide.variables) expect(Object.keys(envSchema.properties)).toContain(name);
  const told = (env: Record<string, string>) => {
    try {
      loadConfig({ NODE_ENV: 'production', ...env });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const name of ['JWT_SECRET', 'ADMIN_MASTER_KEY']) expect(told({})).toContain(name);
  expect(told({ JWT_SECRET: 'x'.repeat(63) })).toContain('JWT_SECRET');
  expect(told({ JWT_SECRET: 'x'.repeat(64) })).not.toContain('JWT_SECRET');
});

describe('errors', () => {
  test.each(guide.errors.split('\n'))('%s', (line) => {
    const [status, code, ...message] = line.split(' ');
    expect(adapterErrors[code as AdapterCode]).toEqual({
      status: Number(status),
      message: message.join(' '),
    });
  });

  const told = async (headers: Record<string, string>) => {
    const { status, body } = await attempt(world.app, createWallet, { headers });
    const { code, message } = body['error'] as { code: string; message: string };
    return `${status} ${code} ${message}`;
  };

  test('those of authentication are answered with these very words', async () => {
    const lines = guide.errors.split('\n');
    const user = { 'x-user-id': newUser() };
    const client = await newClient(world);
    expect(lines).toContain(await told(user));
    expect(lines).toContain(await told({ ...user, authorization: 'Bearer a.b.c' }));
    expect(lines).toContain(await told({ authorization: `Bearer ${client.accessToken}` }));
    const wrong = { clientId: client.clientId, clientSecret: 'sk_live_xxxxxxxxxx' };
    const { body } = (await run(
      `curl -X POST /api/v1/auth/token -H "Content-Type: application/json" -d '${JSON.stringify(wrong)}'`,
    )) as { body: { error: { code: string; message: string } } };
    expect(lines).toContain(`401 ${body.error.code} ${body.error.message}`);
    offset = 3_601_000;
    expect(lines).toContain(await told(client.as(newUser())));
    offset = 0;
    await call(world.app, revokeClient, { headers: admin(world), params: { clientId: client.clientId } });
    expect(lines).toContain(await told(client.as(newUser())));
  });

  test('after TOKEN_EXPIRED the same credentials get a token that works', async () => {
    const client = await newClient(world);
    const user = newUser();
    offset = 3_601_000;
    expect(await outcome(world.app, createWallet, { headers: client.as(user) })).toEqual([
      401,
      'TOKEN_EXPIRED',
    ]);
    const fresh = await tokenOf(world.app, client.clientId, client.clientSecret);
    const headers = { authorization: `Bearer ${fresh}`, 'x-user-id': user };
    expect(await outcome(world.app, createWallet, { headers })).toEqual([200, 'ok']);
    offset = 0;
  });
});
