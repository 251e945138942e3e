import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ChronosConnectionError,
  ChronosError,
  createChronos,
  MissingCredentialsError,
} from '#src/client/index.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: unknown };
type Answer = { status: number; body?: unknown; headers?: Record<string, string>; cut?: boolean };

let server: Server;
let base: string;
let seen: Seen[];
/** What is answered next; the last one again and again. */
let answers: ((request: Seen) => Answer)[];
let waits: number[];

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method!,
    url: request.url!,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const now = await read(request);
  seen.push(now);
  const { status, body, headers, cut } = (answers.length > 1 ? answers.shift()! : answers[0]!)(now);
  if (cut) return void request.socket.destroy();
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

beforeEach(async () => {
  [seen, answers, waits] = [[], [], []];
  server = createServer((request, response) => void reply(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const client = (options: Partial<Parameters<typeof createChronos>[0]> = {}) =>
  createChronos({
    baseUrl: base,
    adapterAdminKey: 'admin',
    facilitator: { clientId: 'mc_1', clientToken: 'token' },
    wait: async (ms) => void waits.push(ms),
    ...options,
  });
const ok = (body: unknown) => (): Answer => ({ status: 200, body });
const settle = { body: { x402Version: 1 } as never };

describe('another attempt', () => {
  test('is made after 429 and 503, after as long as the server asks', async () => {
    answers = [
      () => ({ status: 429, headers: { 'retry-after': '2' }, body: { code: 'RATE_LIMITED' } }),
      () => ({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'INTERNAL_ERROR' } }),
      ok({ success: true }),
    ];
    await client().facilitator.settlePayment(settle);
    expect(waits).toEqual([2_000, 1_000]);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test('is not made for other errors, nor beyond the patience of the caller', async () => {
    answers = [() => ({ status: 500, body: { code: 'SETTLEMENT_FAILED', message: 'no', details: '' } })];
    await expect(client().facilitator.settlePayment(settle)).rejects.toMatchObject({ status: 500 });
    answers = [() => ({ status: 429, headers: { 'retry-after': '60' }, body: {} })];
    await expect(client().facilitator.settlePayment(settle)).rejects.toMatchObject({ retryAfter: 60 });
    expect([seen.length, waits]).toEqual([2, []]);
  });

  test('ends after the retries that are allowed', async () => {
    answers = [() => ({ status: 503, body: {} })];
    await expect(client({ retries: 2 }).facilitator.getHealth()).rejects.toBeInstanceOf(ChronosError);
    expect(seen).toHaveLength(3);
    expect(waits[0]).toBeLessThanOrEqual(250);
    expect(waits[1]).toBeGreaterThan(waits[0]!);
  });

  test('follows a lost connection only where it can not act twice', async () => {
    answers = [() => ({ status: 0, cut: true }), ok({ success: true })];
    await client().facilitator.settlePayment(settle);
    expect(seen).toHaveLength(2);
    answers = [() => ({ status: 0, cut: true })];
    const sent = client().adapter.registerClient({ body: { name: 'a', scopes: ['mint'], tier: 'starter' } });
    await expect(sent).rejects.toBeInstanceOf(ChronosConnectionError);
    expect(seen).toHaveLength(3);
  });

  test('is given up when the caller aborts', async () => {
    answers = [() => ({ status: 503, headers: { 'retry-after': '20' }, body: {} })];
    const stop = new AbortController();
    const asked = createChronos({ baseUrl: base }).facilitator.getHealth({ signal: stop.signal });
    await expect.poll(() => seen.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

test('an error of each plane has one shape', async () => {
  answers = [
    () => ({
      status: 409,
      headers: { 'x-request-id': 'req_1' },
      body: { success: false, error: { code: 'IDEMPOTENCY_CONFLICT', message: 'm', details: { a: 1 } } },
    }),
  ];
  await expect(client().adapter.listClients()).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
    message: 'm',
    details: { a: 1 },
    requestId: 'req_1',
  });
  answers = [() => ({ status: 400, body: { code: 'INVALID_REQUEST', message: 'm', details: 'amount' } })];
  await expect(client().facilitator.getHealth()).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    details: 'amount',
  });
  const error = { type: 'x', code: 'missing_field', message: 'm', param: 'name', request_id: 'r' };
  answers = [() => ({ status: 400, body: { error } })];
  await expect(client().facilitator.getHealth()).rejects.toMatchObject({
    code: 'missing_field',
    param: 'name',
  });
  answers = [() => ({ status: 502 })];
  await expect(client().facilitator.getHealth()).rejects.toMatchObject({ code: 'UNKNOWN', status: 502 });
});

test('the access token is fetched once, and anew when it is refused', async () => {
  let issued = 0;
  let refused = false;
  answers = [
    ({ url, headers }) => {
      if (url === '/api/v1/auth/token') {
        issued += 1;
        return { status: 200, body: { accessToken: `t${issued}`, expiresIn: 3_600 } };
      }
      if (!refused && headers.authorization === 'Bearer t1' && issued === 1 && seen.length > 4) {
        refused = true;
        return { status: 401, body: { success: false, error: { code: 'TOKEN_EXPIRED', message: '' } } };
      }
      return { status: 200, body: { success: true } };
    },
  ];
  const app = client({ adapter: { clientId: 'c', clientSecret: 's' } }).adapter;
  await Promise.all([1, 2, 3].map(() => app.getWallet({ userId: 'u' })));
  expect(issued).toBe(1);
  await app.getWallet({ userId: 'u' });
  expect([issued, refused]).toEqual([2, true]);
  expect(seen.at(-1)!.headers.authorization).toBe('Bearer t2');
  expect(seen.find(({ url }) => url.endsWith('token'))!.body).toEqual({
    clientId: 'c',
    clientSecret: 's',
  });
});

test('input is put where it belongs', async () => {
  answers = [ok({ success: true })];
  const app = client({ adapter: { clientId: 'c', clientSecret: 's' } }).adapter;
  answers = [ok({ accessToken: 't', expiresIn: 3_600 }), ok({ success: true })];
  await app.getMintStatus({ userId: 'user 1', params: { receiptId: 'a/b' } });
  expect(seen.at(-1)).toMatchObject({ url: '/api/v1/mint/status/a%2Fb', headers: { 'x-user-id': 'user 1' } });
  await app.executeMint({ userId: 'u', body: { receiptId: 'r' }, idempotencyKey: 'mine' });
  expect(seen.at(-1)).toMatchObject({ body: { receiptId: 'r' }, headers: { 'x-idempotency-key': 'mine' } });
});

test('a call without the credentials it needs is never sent', async () => {
  const alone = createChronos({ baseUrl: base });
  await expect(alone.facilitator.listSettlements()).rejects.toBeInstanceOf(MissingCredentialsError);
  expect(seen).toEqual([]);
});

describe('lists', () => {
  test('by cursor and by offset give every item once', async () => {
    answers = [
      ok({ success: true, clients: [{ clientId: 'a' }, { clientId: 'b' }], nextCursor: 'n' }),
      ok({ success: true, clients: [{ clientId: 'c' }], nextCursor: null }),
    ];
    const ids: string[] = [];
    for await (const { clientId } of client().adapter.listClients.all({ query: { limit: 2 } }))
      ids.push(clientId);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/v1/auth/clients?limit=2',
      '/api/v1/auth/clients?limit=2&cursor=n',
    ]);
    const page = (...all: number[]) => ok({ data: { resources: all.map((id) => ({ id })) } });
    answers = [page(1, 2), page(3)];
    const found: number[] = [];
    for await (const { id } of client().facilitator.listResources.all({ query: { limit: 2 } }))
      found.push(id);
    expect(found).toEqual([1, 2, 3]);
    expect(seen.at(-1)!.url).toBe('/api/v1/resources?limit=2&offset=2');
  });
});
