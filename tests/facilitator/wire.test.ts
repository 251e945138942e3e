import { request as httpRequest } from 'node:http';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations as accounts, signUp } from '#schemas/facilitator/accounts.ts';
import { listMerchantClients, operations as clients } from '#schemas/facilitator/clients.ts';
import { operations as payments } from '#schemas/facilitator/payments.ts';
import {
  getHealth,
  getMetrics,
  getPaymentNetwork,
  getStatus,
  getSupported,
  listAssets,
  listPaymentNetworks,
} from '#schemas/facilitator/system.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { type Merchant, newMerchant, newPayer, newPerson, paymentBody, settle, verify } from './kit.ts';

let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
});
afterAll(() => test.close());

const kind = (network: string, x402Version: number) => ({
  x402Version,
  scheme: 'exact',
  network,
  status: 'active',
  block: expect.any(Number),
  feePayer: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
  simulated: true,
});
const kinds = [kind('base-sepolia', 1), kind('eip155:84532', 2)];
/** upto's payers name the key that will settle. */
const partial = {
  ...kind('eip155:84532', 2),
  scheme: 'upto',
  extra: { facilitatorAddress: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/) },
};
const listed = [...kinds, partial];

describe('system', () => {
  it('tells Prometheus how long each operation takes, the operator alone', async () => {
    await call(test.app, getHealth, {});
    const url = getMetrics.path;
    const authorization = `Bearer ${test.secrets.ADMIN_MASTER_KEY}`;
    const answer = await test.app.inject({ url, headers: { authorization } });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      getMetrics.success.contentType,
    ]);
    expect(answer.body).toMatch(
      /^chronos_request_duration_seconds_count\{operation="getHealth",status="200"\} \d+$/m,
    );
    expect(answer.body).toContain('process_cpu_seconds_total');
    expect((await test.app.inject({ url, headers: merchant.person.bearer })).statusCode).toBe(401);
  });

  it('is alive', async () => {
    const { body } = await call(test.app, getHealth, {});
    expect(body).toEqual({ status: 'healthy', timestamp: expect.any(Number), version: '1.0.0' });
    expect(Math.abs(body.timestamp - Date.now() / 1000)).toBeLessThan(5);
  });

  it('says how it does', async () => {
    expect((await call(test.app, getStatus, {})).body).toEqual({
      data: {
        status: 'healthy',
        version: '1.0.0',
        uptime: expect.any(Number),
        networks: [kinds[0]],
        database: { status: 'healthy' },
      },
    });
  });

  it('lists networks by both names', async () => {
    expect((await call(test.app, listPaymentNetworks, {})).body).toEqual({ kinds: listed });
    for (const [i, id] of ['base-sepolia', 'eip155:84532'].entries()) {
      const { body } = await call(test.app, getPaymentNetwork, { params: { id } });
      expect(body).toEqual({ ...kinds[i], extra: { feePayer: body.feePayer } });
    }
  });

  it('knows no other network', async () => {
    expect(await attempt(test.app, getPaymentNetwork, { params: { id: 'solana' } })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', message: 'unsupported network', details: '' },
    });
  });

  it('lists the assets', async () => {
    expect((await call(test.app, listAssets, {})).body.data).toContainEqual({
      id: expect.any(Number),
      network: 'base-sepolia',
      asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
      symbol: 'USDC',
      decimals: 6,
      active: true,
      name: 'USDC',
      version: '2',
    });
  });

  it('tells clients what is supported', async () => {
    const { body } = await call(test.app, getSupported, { headers: merchant.headers });
    expect(body).toEqual({
      kinds: listed,
      extensions: ['eip2612GasSponsoring', 'bazaar', 'payment-identifier', 'builder-code'],
      signers: { 'eip155:*': expect.arrayContaining([body.kinds[0]?.feePayer]) },
    });
  });

  it('says so when a network does not answer', async () => {
    const proxy = await rpcProxy(test.localnet.rpcUrl);
    const { app } = await appOfTest({ env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
    proxy.rule = () => 'drop';
    const { data } = (await call(app, getStatus, {})).body;
    expect(data).toMatchObject({ status: 'degraded', networks: [{ status: 'unavailable' }] });
    await proxy.close();
  });
});

describe('verify', () => {
  it('re-uses a verdict given moments ago, and says so', async () => {
    const { localnet, app } = test;
    const payer = await newPayer(localnet);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo });
    const answers = [await verify(app, merchant, body), await verify(app, merchant, body)];
    expect(answers.map((one) => one.body['cachedResult'])).toEqual([false, true]);
    expect(answers.map((one) => one.body['isValid'])).toEqual([true, true]);
  });

  it.each([1, 2] as const)('says why a payment is refused, version %i', async (version) => {
    const { localnet, app } = test;
    const payer = await newPayer(localnet, 1n);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo, version });
    const invalidReason = version === 1 ? 'insufficient_funds' : 'invalid_exact_evm_insufficient_balance';
    const timestamp = expect.any(Number);
    const invalidMessage = expect.any(String);
    expect(await verify(app, merchant, body)).toMatchObject({
      status: 200,
      body: { isValid: false, invalidReason, invalidMessage, payer: '', timestamp, cachedResult: false },
    });
    const answer = await settle(app, merchant, body);
    expect(answer.body).toEqual({
      success: false,
      transaction: '',
      errorReason: invalidReason,
      errorMessage: expect.any(String),
      network: version === 1 ? 'base-sepolia' : 'eip155:84532',
      payer: '',
      blockNumber: 0,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('takes base64 and either spelling of the network, and echoes it', async () => {
    const { localnet, app } = test;
    const payer = await newPayer(localnet);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo, version: 1 });
    const payload = Buffer.from(JSON.stringify(body.paymentPayload.payload)).toString('base64');
    const { x402Version: _outer, ...rest } = body;
    const spelled = {
      ...rest,
      paymentPayload: { ...body.paymentPayload, payload },
      paymentRequirements: { ...body.paymentRequirements, network: 'eip155:84532' },
    };
    expect((await verify(app, merchant, spelled)).body).toMatchObject({ isValid: true });
    expect((await settle(app, merchant, spelled)).body).toMatchObject({
      success: true,
      network: 'eip155:84532',
    });
  });

  it.each([
    [{ paymentPayload: undefined }, 'INVALID_REQUEST', 'paymentPayload'],
    [{ paymentRequirements: 'x' }, 'INVALID_REQUEST', 'paymentRequirements'],
    [{ paymentRequirements: {} }, 'INVALID_REQUEST', 'scheme'],
    [
      { paymentPayload: { x402Version: 1, scheme: 'exact', network: 'base-sepolia' } },
      'INVALID_REQUEST',
      'payload',
    ],
    [
      { paymentPayload: { x402Version: 1, scheme: 'exact', network: 'base-sepolia', payload: '%%%' } },
      'INVALID_PAYLOAD',
      'payload',
    ],
    [
      { paymentPayload: { x402Version: 1, scheme: 'exact', network: 'base-sepolia', payload: {} } },
      'INVALID_PAYLOAD',
      'payload',
    ],
  ])('%j is %s', async (change, code, field) => {
    const { localnet, app } = test;
    const payer = await newPayer(localnet, 0n);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo, version: 1 });
    for (const ask of [verify, settle]) {
      const answer = await ask(app, merchant, { ...body, ...change });
      expect(answer).toMatchObject({ status: 400, body: { code } });
      expect(answer.body['details']).toContain(field);
    }
  });
});

const all = [...accounts, ...clients, ...payments];

describe('bad input', () => {
  const envelope = (code: string) => ({ code, message: expect.any(String), details: expect.any(String) });
  const urlOf = (path: string) => path.replace(':id', 'mc_x');

  it.each(all.filter((op) => op.method !== 'GET' && 'body' in op))(
    'to $id gets the right envelope',
    async (op) => {
      const headers = { ...merchant.headers, ...merchant.person.bearer };
      const send = async (payload: string, type = 'application/json') => {
        const response = await test.app.inject({
          method: op.method,
          url: urlOf(op.path),
          headers: { ...headers, 'content-type': type },
          payload,
        });
        return { status: response.statusCode, body: response.json() as unknown };
      };
      const invalid = { status: 400, body: envelope('INVALID_REQUEST') };
      expect(await send('{')).toEqual(invalid);
      expect(await send('[]')).toEqual(invalid);
      expect(await send('"text"')).toEqual(invalid);
      expect(await send('{"__proto__": {"a": 1}}')).toEqual(invalid);
      expect(await send(JSON.stringify({ a: 'x'.repeat(2_000_000) }))).toEqual({
        status: 413,
        body: envelope('PAYLOAD_TOO_LARGE'),
      });
      expect(await send('<a/>', 'application/xml')).toEqual({
        status: 415,
        body: envelope('UNSUPPORTED_MEDIA_TYPE'),
      });
      if (!('optionalBody' in op)) {
        const empty = await test.app.inject({ method: op.method, url: urlOf(op.path), headers });
        expect({ status: empty.statusCode, body: empty.json() as unknown }).toEqual(invalid);
      }
    },
  );

  it('to unknown paths and wrong methods, too', async () => {
    const lost = await test.app.inject({ method: 'GET', url: '/nowhere/at/all' });
    expect(lost.statusCode).toBe(404);
    expect(lost.json()).toEqual(envelope('NOT_FOUND'));
    const wrong = await test.app.inject({ method: 'GET', url: '/api/v1/settle' });
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers['allow']).toBe('POST');
    expect(wrong.json()).toEqual(envelope('METHOD_NOT_ALLOWED'));
  });

  it('in a stream of 2 MB ends before it is read', async () => {
    const base = new URL(await test.app.listen({ host: '127.0.0.1', port: 0 }));
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({
        host: base.hostname,
        port: base.port,
        path: '/api/v1/verify',
        method: 'POST',
        headers: { ...merchant.headers, 'content-type': 'application/json', 'content-length': 2_000_000 },
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      request.write('{"a":"');
    });
    expect(status).toBe(413);
  });
});

describe('when the process is in trouble', () => {
  it('an overload of log-ins is told to come back', async () => {
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, i) =>
        test.app.inject({
          method: 'POST',
          url: signUp.path,
          remoteAddress: '192.0.2.7',
          payload: { email: `burst-${i}@example.com`, password: 'StrongPassword123!' },
        }),
      ),
    );
    const refused = answers.filter((one) => one.statusCode === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(refused[0]?.headers['retry-after']).toBe('1');
  });

  it('a fault nobody foresaw is told without its cause', async () => {
    const { app, database } = await appOfTest();
    const { bearer } = await newPerson(app);
    await database.database.db.execute(sql`drop table merchant_clients cascade`);
    const answer = await attempt(app, listMerchantClients, { headers: bearer });
    expect([answer.status, answer.body]).toEqual([
      500,
      { code: 'INTERNAL_ERROR', message: 'Unexpected server error', details: '' },
    ]);
  });

  it('a lost database is an error without its words', async () => {
    const { app, database, runtime } = await bootApp({ oneHandle: true });
    const { bearer } = await newPerson(app);
    await database.database.close();
    const answer = await attempt(app, listMerchantClients, { headers: bearer });
    expect([500, 503]).toContain(answer.status);
    expect(answer.body).toEqual({ code: expect.any(String), message: expect.any(String), details: '' });
    expect((await call(app, getStatus, {})).body.data).toMatchObject({ database: { status: 'unavailable' } });
    await app.close();
    // Its database is gone: what is left to close may say so.
    await runtime.close().catch(() => undefined);
  });
});
