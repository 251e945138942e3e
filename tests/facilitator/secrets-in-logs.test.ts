import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { issueToken, registerClient, revokeToken } from '#schemas/adapter/auth.ts';
import { rotateClientSecret } from '#schemas/adapter/clients.ts';
import { createUser } from '#schemas/facilitator/admin.ts';
import { logIn, logOut, refreshAccess, signUp } from '#schemas/facilitator/accounts.ts';
import { createMerchantClient, rotateMerchantClient } from '#schemas/facilitator/clients.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { createApiKey, rotateApiKey } from '#schemas/platform/api-keys.ts';
import { createLogger } from '#src/http/logging.ts';
import { admin, bearer } from '#tests/adapter/kit.ts';
import { keyHeaders, newPayer, paymentBody, settle, verify } from './kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { newTenant } from '#tests/platform/kit.ts';

let test: TestApp;
let proxy: RpcProxy;
let lines: string[];
const rpcKey = `key-${randomUUID()}`;

/** Whatever the process printed, at the most talkative level. */
beforeAll(async () => {
  lines = [];
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  const log = createLogger('trace', { write: (line) => void lines.push(line) });
  test = await bootApp({
    env: { BASE_SEPOLIA_RPC_URL: `${proxy.url}/v2/${rpcKey}`, SETTLE_TIMEOUT_MS: '1000' },
    log,
  });
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const secrets = new Map<string, string>();
const keep = (name: string, value: unknown): string => {
  expect(value, name).toEqual(expect.stringMatching(/^.{12,}$/s));
  secrets.set(name, value as string);
  return value as string;
};
const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], body);

type Given = { headers?: Record<string, string>; params?: object; body?: object };

/** Calls it well and badly: an unknown field and a broken header, so that refusals are logged, too. */
async function drive(op: Operation, given: Given): Promise<Record<string, unknown>> {
  const { status, body } = await attempt(test.app, op, given);
  expect(status, `${op.id}: ${JSON.stringify(body)}`).toBe(op.success.status);
  await attempt(test.app, op, { ...given, body: { ...given.body, unknown: 1 } });
  return body;
}

async function driveAdapter(): Promise<void> {
  const headers = admin(test);
  const app = { name: 'app', scopes: ['wallet'], tier: 'starter' };
  const made = await drive(registerClient, { headers, body: app });
  const clientId = at(made, 'client.clientId') as string;
  const clientSecret = keep('client secret', at(made, 'client.clientSecret'));
  await attempt(test.app, registerClient, { headers: { 'x-admin-key': `${keepAdmin()}x` }, body: app });
  const issued = await drive(issueToken, { body: { clientId, clientSecret } });
  await attempt(test.app, issueToken, { body: { clientId, clientSecret: `${clientSecret}x` } });
  const token = keep('app token', at(issued, 'accessToken'));
  await attempt(test.app, revokeToken, { headers: bearer(`${token}x`) });
  const rotated = await drive(rotateClientSecret, { headers, params: { clientId }, body: {} });
  keep('rotated client secret', at(rotated, 'client.clientSecret'));
}

const keepAdmin = () => keep('admin key', test.secrets.ADMIN_MASTER_KEY);

async function driveFacilitator(): Promise<void> {
  const password = keep('password', `Pass-${randomUUID()}`);
  const credentials = { email: `user-${randomUUID()}@example.com`, password };
  await drive(signUp, { body: credentials });
  const { data } = (await drive(logIn, { body: credentials })) as { data: Record<string, unknown> };
  await attempt(test.app, logIn, { body: { ...credentials, password: `${password}x` } });
  const access = keep('access token', data['access_token']);
  const refresh = keep('refresh token', data['refresh_token']);
  keep(
    'access token, renewed',
    at(await drive(refreshAccess, { body: { refresh_token: refresh } }), 'data.access_token'),
  );
  const headers = bearer(access);
  const made = await drive(createMerchantClient, { headers, body: { title: 'shop' } });
  const id = at(made, 'data.client.clientId') as string;
  const token = keep('merchant token', at(made, 'data.client.token'));
  await pay(id, token);
  const rotated = await drive(rotateMerchantClient, { headers, params: { id }, body: {} });
  keep('rotated merchant token', at(rotated, 'data.client.token'));
  await attempt(test.app, logOut, { body: { refresh_token: refresh } });
  const other = {
    email: `user-${randomUUID()}@example.com`,
    password: keep('given password', `Pass-${randomUUID()}`),
  };
  await drive(createUser, { headers: bearer(keepAdmin()), body: other });
}

/** Verified and settled while the node answers, and while it does not. */
async function pay(clientId: string, token: string): Promise<void> {
  const { localnet } = test;
  const payer = await newPayer(localnet);
  const merchant = { headers: keyHeaders(clientId, token) } as Parameters<typeof verify>[1];
  const body = () => paymentBody({ localnet, payer, payTo: payer.address });
  for (const fate of ['pass', 'error', 'drop'] as const) {
    const payment = await body();
    keep(`signature (${fate})`, payment.paymentPayload.payload.signature);
    proxy.rule = () => fate;
    await verify(test.app, merchant, payment);
    await settle(test.app, merchant, payment);
  }
  proxy.rule = () => 'pass';
}

async function drivePlatform(): Promise<void> {
  const tenant = await newTenant(test.app);
  keep('platform refresh token', tenant.refreshToken);
  keep('platform access token', tenant.user['authorization']?.replace('Bearer ', ''));
  const made = await drive(createApiKey, { headers: tenant.user, body: { name: 'server' } });
  keep('API key', made['key']);
  const params = { id: made['id'] };
  keep('rotated API key', (await drive(rotateApiKey, { headers: tenant.user, params, body: {} }))['key']);
}

describe('the log at its most talkative', () => {
  it('holds no secret, whatever went well or failed', async () => {
    await driveAdapter();
    await driveFacilitator();
    await drivePlatform();
    keep('RPC key', rpcKey);
    keep('JWT secret', test.secrets.JWT_SECRET);
    for (const [i, key] of test.signers.entries()) keep(`signer ${i}`, key.slice(2));
    const text = lines.join('');
    // It did log: successes, refusals and faults.
    expect(lines.length).toBeGreaterThan(30);
    for (const word of ['"createApiKey"', '"status":401', '"status":500']) expect(text).toContain(word);
    expect(secrets.size).toBeGreaterThan(18);
    expect([...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name)).toEqual([]);
  });

  it('would show one that is logged', () => {
    const seen: string[] = [];
    createLogger('trace', { write: (line) => void seen.push(line) }).info({ token: rpcKey }, 'planted');
    expect(seen.join('')).toContain(rpcKey);
  });
});
