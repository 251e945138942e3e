import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createResource,
  deleteResource,
  getResource,
  listOwnResources,
  listResources,
  updateResource,
} from '#schemas/facilitator/resources.ts';
import { getSettlement, listSettlements } from '#schemas/facilitator/settlements.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import {
  newAddress,
  newMerchant,
  newPayer,
  newPerson,
  paymentBody,
  price,
  settle,
  submitElsewhere,
} from './kit.ts';

let test: TestApp;
beforeAll(async () => {
  test = await bootApp();
});
afterAll(() => test.close());

describe('settlements', () => {
  it('are told to their merchant alone, by key or login', async () => {
    const { localnet, app } = test;
    const merchant = await newMerchant(app);
    const payer = await newPayer(localnet);
    const bodies = await Promise.all(
      [1, 2, 3].map(() => paymentBody({ localnet, payer, payTo: merchant.payTo, version: 1 })),
    );
    for (const body of bodies) expect((await settle(app, merchant, body)).body['success']).toBe(true);
    const page = async (headers: Record<string, string>, query: object) =>
      (await call(app, listSettlements, { headers, query })).body.data;
    const first = await page(merchant.headers, { limit: 2 });
    expect(first.settlements).toHaveLength(2);
    const rest = await page(merchant.person.bearer, { limit: 2, cursor: first.nextCursor });
    expect(rest).toMatchObject({ settlements: [expect.anything()], nextCursor: null });
    expect(rest.settlements[0]).toMatchObject({
      status: 'settled',
      clientId: merchant.clientId,
      x402Version: 1,
      scheme: 'exact',
      network: 'base-sepolia',
      asset: localnet.addresses.usdc,
      payer: payer.address,
      payTo: merchant.payTo,
      amount: price.toString(),
      resource: 'http://localhost/report',
      transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      gasUsed: expect.stringMatching(/^\d+$/),
      fee: expect.stringMatching(/^\d+$/),
      reason: null,
      delivered: true,
      settledAt: expect.any(String),
    });
    const params = { id: rest.settlements[0]?.id ?? '' };
    const one = await call(app, getSettlement, { headers: merchant.headers, params });
    expect(one.body.data).toEqual(rest.settlements[0]);
    expect(await page(merchant.headers, { status: 'failed' })).toEqual({ settlements: [], nextCursor: null });

    const stranger = await newMerchant(app);
    expect((await page(stranger.headers, {})).settlements).toEqual([]);
    expect(await attempt(app, getSettlement, { headers: stranger.headers, params })).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    expect((await attempt(app, listSettlements)).status).toBe(401);
  });

  it('count what others put on the chain, without a fee of ours', async () => {
    const { localnet, app } = test;
    const merchant = await newMerchant(app);
    const payer = await newPayer(localnet);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo });
    const transaction = await submitElsewhere(localnet, body);
    await settle(app, merchant, body);
    const { data } = (await call(app, listSettlements, { headers: merchant.headers })).body;
    expect(data.settlements).toEqual([
      expect.objectContaining({ status: 'settled', transaction, fee: null }),
    ]);
  });
});

describe('resources', () => {
  const input = () => ({
    resource: '/api/premium-data',
    type: 'endpoint',
    x402Version: 1,
    accepts: [
      {
        scheme: 'exact',
        network: 'base-sepolia',
        maxAmountRequired: '1000000',
        asset: test.localnet.addresses.usdc,
        payTo: newAddress(),
      },
    ],
    metadata: { category: 'data' },
  });

  it('are registered, listed, replaced and removed by their owner', async () => {
    const { app } = test;
    const { bearer: headers } = await newPerson(app);
    const body = input();
    const made = await call(app, createResource, { headers, body });
    expect(made.body).toEqual({ data: { status: 'created' } });
    const own = (await call(app, listOwnResources, { headers })).body.data;
    expect(own).toMatchObject({ resources: [body], offset: 0, limit: 100 });
    const id = own.resources[0]?.id ?? 0;
    expect((await call(app, listResources, { query: { limit: 1 } })).body.data.resources).toEqual(
      own.resources,
    );
    const params = { id };
    const { metadata: _metadata, ...changed } = { ...body, resource: '/api/other' };
    expect((await call(app, updateResource, { headers, params, body: changed })).body).toEqual({
      data: { updated: id },
    });
    expect((await call(app, getResource, { headers, params })).body.data).toMatchObject({
      resource: '/api/other',
      metadata: {},
    });

    const stranger = (await newPerson(app)).bearer;
    for (const op of [getResource, updateResource, deleteResource]) {
      const answer = await attempt(app, op, {
        headers: stranger,
        params,
        ...(op === updateResource ? { body } : {}),
      });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect((await call(app, deleteResource, { headers, params })).body).toEqual({ data: { deleted: id } });
    expect((await attempt(app, getResource, { headers, params })).status).toBe(404);
    expect((await call(app, listOwnResources, { headers })).body.data.resources).toEqual([]);
  });

  it.each([
    [{ network: 'solana' }, 'accepts.0.network'],
    [{ asset: `0x${'12'.repeat(20)}` }, 'accepts.0.asset'],
    [{ maxAmountRequired: '1.5' }, 'accepts.0.maxAmountRequired'],
    [{ maxAmountRequired: undefined }, 'accepts.0.maxAmountRequired'],
    [{ payTo: 'me' }, 'accepts.0.payTo'],
  ])('that nobody could pay are refused: %j', async (change, field) => {
    const { app } = test;
    const { bearer: headers } = await newPerson(app);
    const body = { ...input(), accepts: [{ ...input().accepts[0], ...change }] };
    const answer = await attempt(app, createResource, { headers, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(answer.body['details']).toContain(field);
  });

  it('are not replaced by such, either', async () => {
    const { app } = test;
    const { bearer: headers } = await newPerson(app);
    await call(app, createResource, { headers, body: input() });
    const { resources } = (await call(app, listOwnResources, { headers })).body.data;
    const body = { ...input(), x402Version: 2 };
    const answer = await attempt(app, updateResource, { headers, params: { id: resources[0]?.id }, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });
});
