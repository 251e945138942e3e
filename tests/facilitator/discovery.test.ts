import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmScheme as ExactServer } from '@x402/evm/exact/server';
import {
  bazaarResourceServerExtension,
  declareDiscoveryExtension,
  withBazaar,
} from '@x402/extensions/bazaar';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import { wrapFetchWithPayment, x402Client } from '@x402/fetch';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDiscoveryResources, searchDiscoveryResources } from '#schemas/facilitator/discovery.ts';
import { createResource, deleteResource, listOwnResources } from '#schemas/facilitator/resources.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import {
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  newPerson,
  paymentBody,
  price,
  settle,
  verify,
} from './kit.ts';
import { listening } from './paywalls.ts';

let test: TestApp;
let merchant: Merchant;
let url: string;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
  url = `${await test.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
});
afterAll(() => test.close());

const client = () =>
  withBazaar(
    new HTTPFacilitatorClient({
      url,
      createAuthHeaders: async () => ({
        verify: merchant.headers,
        settle: merchant.headers,
        supported: merchant.headers,
      }),
    }),
  );
const bazaar = () => client().extensions.bazaar;

const info = { input: { type: 'http', method: 'GET', queryParams: { city: 'Bern' } } };
const schema = { type: 'object', properties: { input: { type: 'object' } }, required: ['input'] };

type Bent = { url: string; extension?: object; resource?: object; amount?: bigint };

/** A payment that offers what it buys. */
const offering = async ({ url: resource, extension = { info, schema }, ...bent }: Bent) => {
  const payer = await newPayer(test.localnet);
  const body = await paymentBody({
    localnet: test.localnet,
    payer,
    payTo: merchant.payTo,
    amount: bent.amount ?? price,
  });
  Object.assign(body.paymentPayload, {
    resource: { url: resource, description: 'The weather', ...bent.resource },
    extensions: { bazaar: extension },
  });
  return body;
};
const told = (answer: { headers: Record<string, unknown> }) => {
  const header = answer.headers['extension-responses'];
  return typeof header === 'string'
    ? (JSON.parse(Buffer.from(header, 'base64').toString()) as unknown)
    : null;
};
const fresh = () => `https://h${crypto.randomUUID().slice(0, 8)}.example`;
const ownListings = async () => (await bazaar().listResources({ payTo: merchant.payTo, limit: 1_000 })).items;
const listed = async (resource: string) => (await ownListings()).filter((one) => one.resource === resource);

describe('the official Bazaar client', () => {
  it('finds what its owner registered, settled or not', async () => {
    const { bearer: headers } = await newPerson(test.app);
    const payTo = newAddress();
    const accept = { scheme: 'exact', network: 'base-sepolia', asset: test.localnet.addresses.usdc, payTo };
    const body = {
      resource: '/api/premium-data',
      type: 'endpoint',
      x402Version: 1,
      accepts: [{ ...accept, maxAmountRequired: '1000000' }],
      metadata: { description: 'Tide tables', tags: ['tides', 'TIDES'], iconUrl: 'http://127.0.0.1/i' },
    };
    await call(test.app, createResource, { headers, body });
    const { items, pagination, x402Version } = await bazaar().listResources({ type: 'http', payTo });
    expect([x402Version, pagination]).toEqual([2, { limit: 20, offset: 0, total: 1 }]);
    expect(items).toEqual([
      {
        resource: '/api/premium-data',
        type: 'http',
        x402Version: 1,
        accepts: body.accepts,
        lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/),
        description: 'Tide tables',
        tags: ['tides'],
        settled: false,
        lastSettledAt: null,
      },
    ]);
    const none = { total: 0 };
    for (const filter of [
      { type: 'mcp' },
      { scheme: 'upto' },
      { network: 'eip155:1' },
      { extensions: 'bazaar' },
    ]) {
      expect(await bazaar().listResources({ payTo, ...filter })).toMatchObject({
        items: [],
        pagination: none,
      });
    }
    for (const filter of [{ scheme: 'exact' }, { network: 'eip155:84532' }, { network: 'base-sepolia' }]) {
      expect((await bazaar().listResources({ payTo: payTo.toLowerCase(), ...filter })).items).toHaveLength(1);
    }
    expect((await bazaar().search({ query: 'tide table' })).resources).toMatchObject([
      { description: 'Tide tables' },
    ]);
  });

  it('finds what the official client bought through the official server', async () => {
    const { headers, payTo } = merchant;
    const server = new x402ResourceServer(client()).register('eip155:84532', new ExactServer());
    server.registerExtension(bazaarResourceServerExtension);
    const extra = { name: 'USDC', version: '2' };
    const terms = { asset: test.localnet.addresses.usdc, amount: price.toString(), extra };
    const accepts = { scheme: 'exact', network: 'eip155:84532' as const, payTo, price: terms };
    const extensions = declareDiscoveryExtension({
      input: { unit: 'c' },
      inputSchema: { properties: { unit: { type: 'string' } } },
      output: { example: { degrees: 21 } },
    });
    const app = express();
    const route = {
      accepts,
      description: 'Glacier temperatures',
      serviceName: 'Glaciers',
      tags: ['ice'],
      extensions,
    };
    app.use(paymentMiddleware({ 'GET /glaciers/:name': route }, server));
    app.get('/glaciers/:name', (_request, response) => void response.json({ degrees: -4 }));
    const shop = await listening(app);
    const payer = await newPayer(test.localnet);
    const pay = wrapFetchWithPayment(fetch, new x402Client().register('eip155:*', new ExactEvmScheme(payer)));
    expect((await pay(`${shop}/glaciers/aletsch?unit=c`)).status).toBe(200);
    expect((await pay(`${shop}/glaciers/rhone?unit=c`)).status).toBe(200);

    const found = await bazaar().search({ query: 'glacier temperature' });
    expect(found.resources).toMatchObject([
      {
        resource: `${shop}/glaciers/:name`,
        type: 'http',
        x402Version: 2,
        accepts: [{ scheme: 'exact', network: 'eip155:84532', amount: price.toString(), payTo }],
        description: 'Glacier temperatures',
        serviceName: 'Glaciers',
        tags: ['ice'],
        extensions: { bazaar: { info: { input: { type: 'http', method: 'GET' } } } },
        settled: true,
        lastSettledAt: expect.any(String),
      },
    ]);
    expect(await bazaar().listResources({ extensions: 'bazaar', payTo })).toMatchObject({
      pagination: { total: 1 },
    });
    expect(headers).toBeDefined();
  });

  it('pages through a search, settled entries first, without seeing one twice', async () => {
    const { bearer: headers } = await newPerson(test.app);
    const accept = {
      scheme: 'exact',
      network: 'eip155:84532',
      asset: test.localnet.addresses.usdc,
      payTo: newAddress(),
    };
    for (let i = 0; i < 5; i++) {
      const body = {
        resource: `/marmot/${i}`,
        type: 'http',
        x402Version: 2,
        accepts: [{ ...accept, amount: '1' }],
      };
      await call(test.app, createResource, {
        headers,
        body: { ...body, metadata: { description: 'marmot whistles' } },
      });
    }
    const paid = `${fresh()}/marmot`;
    expect((await settle(test.app, merchant, await offering({ url: paid }))).body['success']).toBe(true);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await bazaar().search({ query: 'Marmots?!', limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.partialResults).toBe(page.pagination?.cursor !== null);
      seen.push(...page.resources.map((one) => one.resource));
      cursor = page.pagination?.cursor ?? null;
    }
    expect(seen[0]).toBe(paid);
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
    expect((await bazaar().search({ query: '?!' })).resources).toEqual([]);
    expect((await bazaar().search({ query: `marmot' | drop:*` })).resources).toHaveLength(6);
  });

  it('reads our word on its extension', async () => {
    const { paymentPayload, paymentRequirements } = await offering({ url: `${fresh()}/a` });
    const ask = [paymentPayload, paymentRequirements] as never as [never, never];
    expect(await client().verify(...ask)).toMatchObject({
      isValid: true,
      extensionResponses: { bazaar: { status: 'processing' } },
    });
    expect(await client().settle(...ask)).toMatchObject({
      success: true,
      extensionResponses: { bazaar: { status: 'success' } },
    });
  });
});

describe('an offer', () => {
  it('is listed once it has settled, and no sooner', async () => {
    const resource = `${fresh()}/weather`;
    const body = await offering({ url: `${resource}?city=Bern` });
    expect(told(await verify(test.app, merchant, body))).toEqual({ bazaar: { status: 'processing' } });
    expect(await listed(resource)).toEqual([]);
    const answer = await settle(test.app, merchant, body);
    expect([answer.body['success'], told(answer)]).toEqual([true, { bazaar: { status: 'success' } }]);
    expect(await listed(resource)).toMatchObject([
      { description: 'The weather', settled: true, extensions: { bazaar: { info, schema } } },
    ]);
    // What is a duplicate sells nothing.
    expect(told(await settle(test.app, merchant, body))).toBeNull();
  });

  it('that is not fit for it is paid all the same, and says why', async () => {
    const resource = `${fresh()}/weather`;
    const extension = { info, schema: { $ref: 'https://evil.example/schema.json' } };
    const body = await offering({ url: resource, extension });
    const rejected = { bazaar: { status: 'rejected', rejectedReason: expect.stringContaining('outside') } };
    expect(told(await verify(test.app, merchant, body))).toEqual(rejected);
    const answer = await settle(test.app, merchant, body);
    expect([answer.body['success'], told(answer)]).toEqual([true, rejected]);
    expect(await listed(resource)).toEqual([]);
  });

  it('of a payment that is refused is not heard', async () => {
    const resource = `${fresh()}/weather`;
    const body = await offering({ url: resource });
    body.paymentPayload.payload.signature = `0x${'11'.repeat(64)}1b`;
    for (const answer of [await verify(test.app, merchant, body), await settle(test.app, merchant, body)]) {
      expect([answer.status, told(answer)]).toEqual([200, null]);
    }
    expect(await listed(resource)).toEqual([]);
  });

  it('changes its one entry; another method is another entry', async () => {
    const resource = `${fresh()}/weather`;
    await settle(test.app, merchant, await offering({ url: resource }));
    await settle(
      test.app,
      merchant,
      await offering({ url: resource, amount: 7n, resource: { description: 'Now' } }),
    );
    expect(await listed(resource)).toMatchObject([{ description: 'Now', accepts: [{ amount: '7' }] }]);
    const post = { input: { type: 'http', method: 'POST', bodyType: 'json', body: {} } };
    await settle(test.app, merchant, await offering({ url: resource, extension: { info: post, schema } }));
    expect(await listed(resource)).toHaveLength(2);
  });

  it('that settles many times at once is one entry', async () => {
    const resource = `${fresh()}/rush`;
    const bodies = await Promise.all(
      Array.from({ length: 8 }, (_, i) => offering({ url: resource, resource: { description: `d${i}` } })),
    );
    const answers = await Promise.all(bodies.map((body) => settle(test.app, merchant, body)));
    expect(answers.every((one) => one.body['success'] === true)).toBe(true);
    expect(await listed(resource)).toHaveLength(1);
  });

  it('its merchant removed stays removed', async () => {
    const resource = `${fresh()}/gone`;
    await settle(test.app, merchant, await offering({ url: resource }));
    const { bearer: headers } = merchant.person;
    const own = (await call(test.app, listOwnResources, { headers })).body.data.resources;
    const id = own.find((one) => one.resource === resource)?.id ?? 0;
    await call(test.app, deleteResource, { headers, params: { id } });
    await settle(test.app, merchant, await offering({ url: resource, resource: { description: 'Back' } }));
    expect(await listed(resource)).toEqual([]);
  });

  it('of what its merchant registered leaves it in the words of its merchant', async () => {
    const resource = `${fresh()}/own`;
    const { bearer: headers } = merchant.person;
    const accept = {
      scheme: 'exact',
      network: 'eip155:84532',
      asset: test.localnet.addresses.usdc,
      payTo: merchant.payTo,
    };
    const body = { resource, type: 'http', x402Version: 2, accepts: [{ ...accept, amount: '5' }] };
    await call(test.app, createResource, { headers, body: { ...body, metadata: { description: 'Mine' } } });
    await settle(test.app, merchant, await offering({ url: resource, resource: { description: 'Theirs' } }));
    expect(await listed(resource)).toMatchObject([
      { description: 'Mine', accepts: [{ amount: '5' }], settled: true, extensions: { bazaar: { info } } },
    ]);
  });
});

describe('bad questions', () => {
  it.each([
    [listDiscoveryResources, { limit: 0 }, 'limit'],
    [listDiscoveryResources, { payTo: 'me' }, 'payTo'],
    [searchDiscoveryResources, {}, 'query'],
    [searchDiscoveryResources, { query: 'a', cursor: 'nonsense' }, 'cursor'],
    [searchDiscoveryResources, { query: 'a', cursor: Buffer.from('1e99 7').toString('base64url') }, 'cursor'],
  ])('%#: are named', async (op, query, field) => {
    const answer = await attempt(test.app, op, { query });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(answer.body['details']).toContain(field);
  });
});
