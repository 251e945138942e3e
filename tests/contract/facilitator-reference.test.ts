import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as accounts from '#schemas/facilitator/accounts.ts';
import * as admin from '#schemas/facilitator/admin.ts';
import * as adminAssets from '#schemas/facilitator/admin-assets.ts';
import * as clients from '#schemas/facilitator/clients.ts';
import * as metrics from '#schemas/facilitator/metrics.ts';
import * as payments from '#schemas/facilitator/payments.ts';
import { facilitatorPlane } from '#schemas/facilitator/plane.ts';
import * as resources from '#schemas/facilitator/resources.ts';
import * as system from '#schemas/facilitator/system.ts';
import { operations } from '#schemas/index.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { misfit } from '#tests/kit/catalogue.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { keyHeaders, newAddress, newPayer, paymentBody } from '#tests/facilitator/kit.ts';
import { differences, filled, readReference } from './reference-kit.ts';

/** The facilitator's API as it was published: what merchants have written their code against. */
const reference = readFileSync(join(import.meta.dirname, 'facilitator-reference.txt'), 'utf8');
const examples = readReference(reference);
type Body = Record<string, unknown>;
type Answer = { status: number; body: Body; headers: Record<string, unknown> };

const operationOf = (endpoint: string): Operation => {
  const found = operations.find((op) => `${op.method} ${op.path}` === endpoint);
  if (!found) throw new Error(`${endpoint} is not in the catalogue`);
  return found;
};

let test: TestApp;
let proxy: RpcProxy;
/** What was sent for each request of the reference, and answered for each response, in the order of the reference. */
const sent = new Map<number, unknown>();
const heard = new Map<number, Answer>();
const indexOf = (endpoint: string, part: string, nth = 0): number => {
  const all = examples.flatMap((one, i) => (one.endpoint === endpoint && one.part === part ? [i] : []));
  const index = all[nth];
  if (index === undefined) throw new Error(`the reference has no ${nth}. ${part} of ${endpoint}`);
  return index;
};
const keyOf = (op: Operation) => `${op.method} ${op.path}`;

/** The request of the reference, with its placeholders filled. */
const request = (op: Operation, values: Record<string, string> = {}): Body => {
  const index = indexOf(keyOf(op), 'Request');
  const body = filled(examples[index]?.value, values) as Body;
  sent.set(index, body);
  return body;
};
type Given = { headers?: Record<string, string>; body?: unknown; params?: unknown };
/** Calls and notes the answer as that of the nth response of that status. */
const ask = async (op: Operation, given: Given = {}, nth = 0): Promise<Body> => {
  const answer = await attempt(test.app, op, given);
  const part = `Response ${answer.status}`;
  if (examples.some((one) => one.endpoint === keyOf(op) && one.part === part)) {
    heard.set(indexOf(keyOf(op), part, nth), answer);
  }
  return answer.body;
};

async function tellSystem(): Promise<void> {
  await ask(system.getHealth);
  await ask(system.getStatus);
  await ask(system.listPaymentNetworks);
  await ask(system.getPaymentNetwork, { params: { id: 'base-sepolia' } });
  await ask(system.getPaymentNetwork, { params: { id: 'nowhere' } });
  await ask(system.listAssets);
}

async function openAccount() {
  await ask(accounts.signUp, { body: request(accounts.signUp) });
  const logIn = await ask(accounts.logIn, { body: request(accounts.logIn) });
  const { access_token, refresh_token } = logIn['data'] as Record<string, string>;
  await ask(accounts.logIn, { body: { ...request(accounts.logIn), password: 'WrongPassword123!' } });
  await ask(accounts.refreshAccess, {
    body: request(accounts.refreshAccess, { 'eyJ...': refresh_token ?? '' }),
  });
  await ask(accounts.refreshAccess, { body: { refresh_token: access_token } });
  return { authorization: `Bearer ${access_token}` };
}

async function makeKey(headers: Record<string, string>) {
  const made = await ask(clients.createMerchantClient, {
    headers,
    body: request(clients.createMerchantClient),
  });
  const { client } = made['data'] as { client: { clientId: string; token: string } };
  await ask(clients.listMerchantClients, { headers });
  const extra = await attempt(test.app, clients.createMerchantClient, { headers, body: { title: 'other' } });
  const { clientId } = (extra.body as { data: { client: { clientId: string } } }).data.client;
  await ask(clients.deleteMerchantClient, { headers, params: { id: clientId } });
  return { key: keyHeaders(client.clientId, client.token), deleted: clientId };
}

/** The reference's payment, signed by somebody with or without money. */
async function payment(op: Operation, money: bigint, bend = (signature: string) => signature): Promise<Body> {
  const { localnet } = test;
  const payTo = newAddress();
  const payer = await newPayer(localnet, money);
  const { paymentPayload } = await paymentBody({ localnet, payer, payTo, version: 1, amount: 1_000_000n });
  const { signature, ...rest } = paymentPayload.payload;
  const payload = Buffer.from(JSON.stringify({ ...rest, signature: bend(signature) })).toString('base64');
  return request(op, { '0xMerchantAddress': payTo, '<base64-encoded-signed-data>': payload });
}

async function pay(headers: Record<string, string>): Promise<void> {
  const { verifyPayment: verify, settlePayment: settle } = payments;
  const stranger = () => `0x${'11'.repeat(64)}1b`;
  await ask(verify, { headers, body: await payment(verify, 1_000_000n) });
  await ask(verify, { headers, body: await payment(verify, 1_000_000n, stranger) }, 1);
  await ask(verify, { headers, body: { paymentPayload: {} } });
  await ask(settle, { headers, body: await payment(settle, 1_000_000n) });
  await ask(settle, { headers, body: await payment(settle, 0n) }, 1);
  const [one, other] = [await payment(verify, 1_000_000n), await payment(settle, 1_000_000n)];
  proxy.rule = () => 'drop';
  await ask(verify, { headers, body: one });
  await ask(settle, { headers, body: other });
  proxy.rule = () => 'pass';
}

async function offer(headers: Record<string, string>): Promise<void> {
  const values = { '0xYourAddress': newAddress() };
  const body = request(resources.createResource, values);
  await ask(resources.createResource, { headers, body });
  const own = await ask(resources.listOwnResources, { headers });
  const [first] = (own['data'] as { resources: { id: number }[] }).resources;
  await ask(resources.updateResource, { headers, params: { id: first?.id }, body });
}

async function administer(): Promise<void> {
  const headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
  await attempt(test.app, admin.createUser, { headers, body: request(admin.createUser) });
  const assets = await attempt(test.app, adminAssets.listAllAssets, { headers });
  const [usdc] = assets.body['data'] as { id: number }[];
  await attempt(test.app, adminAssets.deleteAsset, { headers, params: { id: usdc?.id } });
  const answer = await attempt(test.app, adminAssets.registerAsset, {
    headers,
    body: request(adminAssets.registerAsset),
  });
  expect(answer.status).toBe(201);
}

let user: Record<string, string>;
let merchant: Record<string, string>;
let deleted: string;
beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
  await tellSystem();
  user = await openAccount();
  ({ key: merchant, deleted } = await makeKey(user));
  await pay(merchant);
  await offer(user);
  await administer();
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const named = examples.map((one, index) => ({ ...one, index }));
const requests = named.filter((one) => one.part === 'Request');
const responses = named.filter((one) => one.part.startsWith('Response'));

it('every example of the reference is read and belongs somewhere', () => {
  expect(examples).toHaveLength(35);
  expect(examples.filter((one) => one.value === null)).toEqual([]);
  // The two envelopes stand before the first endpoint.
  expect(examples.filter((one) => one.part === '').map((one) => one.endpoint)).toEqual(['', '']);
  expect(requests.length + responses.length).toBe(33);
});

it.each(requests)('$endpoint takes the request of the reference ($index)', ({ endpoint, index }) => {
  const op = operationOf(endpoint);
  const body = sent.get(index);
  expect(body, 'it was sent').toBeDefined();
  expect(misfit(op.id, op.body!, body, 'body')).toEqual([]);
});

it.each(responses)(
  '$endpoint answers $part of the reference ($index)',
  ({ endpoint, part, value, index }) => {
    const op = operationOf(endpoint);
    const answer = heard.get(index);
    expect(answer, 'it was heard').toBeDefined();
    const status = Number(part.slice(-3));
    expect(answer?.status).toBe(status);
    const schema = status < 300 ? op.success.schema : facilitatorPlane.errorBody;
    expect(misfit(op.id, schema, answer?.body, 'body')).toEqual([]);
    // Of a key, its id is told back.
    const example = filled(value, endpoint.startsWith('DELETE') ? { abc123: deleted } : {});
    expect(differences(example, answer?.body)).toEqual([]);
  },
);

it('the envelopes are those of the reference', () => {
  const [good, bad] = examples.map((one) => Object.keys(one.value as object));
  expect(good).toEqual(['data']);
  expect(bad).toEqual(['code', 'message', 'details']);
  const { body } = heard.get(indexOf('GET /api/v1/networks/:id', 'Response 400'))!;
  expect(Object.keys(body)).toEqual(bad);
});

it('faults say neither isValid nor success', () => {
  for (const endpoint of ['POST /api/v1/verify', 'POST /api/v1/settle']) {
    const { body, headers } = heard.get(indexOf(endpoint, 'Response 500'))!;
    expect(Object.keys(body)).toEqual(['code', 'message', 'details']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
});

it('/supported answers what /networks does, to a client key alone', async () => {
  const networks = await attempt(test.app, system.listPaymentNetworks);
  const supported = await attempt(test.app, system.getSupported, { headers: merchant });
  const strip = (kinds: unknown) =>
    (kinds as Body[]).map(({ x402Version, scheme, network }) => ({ x402Version, scheme, network }));
  expect(strip(supported.body['kinds'])).toEqual(strip(networks.body['kinds']));
  expect((await attempt(test.app, system.getSupported)).status).toBe(401);
});

it('/resources lists to everybody what /users/resources lists to its owner', async () => {
  const own = await attempt(test.app, resources.listOwnResources, { headers: user });
  expect(own.body['data']).toMatchObject({ offset: 0, limit: 100 });
  expect((await attempt(test.app, resources.listResources)).body).toEqual(own.body);
});

describe('metrics', () => {
  it.each([
    metrics.getDailyMetrics,
    metrics.getMonthlyMetrics,
    metrics.getMetricsSummary,
    metrics.getDailyPaymentMetrics,
    metrics.getMonthlyPaymentMetrics,
    metrics.getPaymentMetricsSummary,
  ] as Operation[])('$path answers rows to people only', async (op) => {
    const answer = await attempt(test.app, op, { headers: user });
    expect(answer.status).toBe(200);
    expect(misfit(op.id, op.success.schema, answer.body, 'body')).toEqual([]);
    expect((await attempt(test.app, op)).status).toBe(401);
  });
});

it('every endpoint that the reference names is in the catalogue', () => {
  const named = [...reference.matchAll(/(?:^|\})(GET|POST|PUT|DELETE) (\/\S+)$/gm)];
  expect(named.length).toBeGreaterThanOrEqual(27);
  for (const [, method, path] of named) expect(operationOf(`${method} ${path}`).plane).toBe('facilitator');
});

it('every error code of the reference has its status', () => {
  const rows = [
    ...reference.matchAll(/^([A-Z_]+) \| (\d{3}) \|/gm),
    ...reference.matchAll(/^\| ?([A-Z_]+) \| (\d{3}) \|/gm),
  ];
  expect(rows.map(([, code]) => code)).toEqual([
    'INVALID_REQUEST',
    'INVALID_PAYLOAD',
    'VERIFICATION_FAILED',
    'SETTLEMENT_FAILED',
    'UNAUTHORIZED',
    'INTERNAL_ERROR',
  ]);
  for (const [, code = '', status] of rows) expect(facilitatorPlane.codes[code]).toBe(Number(status));
});
