import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Webhook } from 'standardwebhooks';
import * as deliveries from '#schemas/platform/webhook-deliveries.ts';
import * as ops from '#schemas/platform/webhooks.ts';
import { verifyWebhook } from '#src/client/index.ts';
import { createStore, type Store } from '#src/db/store.ts';
import { receiver } from '#tests/events/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { until } from '#tests/facilitator/kit.ts';
import { as, errorOf, newKey, newTenant, ownerOf, type Tenant } from './kit.ts';
import { anyEvent } from '#tests/kit/any-event.ts';

// Replicas take their time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let test: TestApp;
let store: Store;
beforeAll(async () => {
  test = await bootApp({ env: { WEBHOOKS_ALLOW_LOOPBACK: '1' } });
  store = createStore(test.database.database.db);
});
afterAll(() => test.close());

async function newCaller() {
  const tenant = await newTenant(test.app);
  return { tenant, headers: as(await newKey(test.app, tenant, { rate_limit: 100_000 })) };
}

/** An event of the tenant, as a state change writes it. */
async function happen(tenant: Tenant, type: string, environment: 'test' | 'live' = 'test'): Promise<string> {
  const event = anyEvent(ownerOf(tenant, environment), type, { type });
  await store.events.insert([event], new Date());
  return event.id;
}

describe('webhooks', () => {
  it('tells an endpoint of events, signed, and shows what it sent', async () => {
    const { app } = test;
    const { tenant, headers } = await newCaller();
    const { url, received } = await receiver();
    const { body: made } = await call(app, ops.createWebhookEndpoint, {
      headers,
      body: { url, events: ['token.*'], description: 'ours' },
    });
    expect(made).toMatchObject({ status: 'enabled', events: ['token.*'], description: 'ours' });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret, ...shown } = made;
    const params = { id: made.id };
    expect((await call(app, ops.getWebhookEndpoint, { headers, params })).body).toEqual(shown);
    const { body: list } = await call(app, ops.listWebhookEndpoints, { headers });
    expect(list).toEqual({ object: 'list', data: [shown], has_more: false, total: 1 });

    await happen(tenant, 'other.done');
    await happen(tenant, 'token.deployed', 'live');
    const id = await happen(tenant, 'token.deployed');
    await until(async () => received.length > 0);
    expect(received).toHaveLength(1);
    const [got] = received;
    new Webhook(secret).verify(got!.body, got!.headers as Record<string, string>);
    const { body: payload, headers: sent } = got!;
    const verified = await verifyWebhook({ payload, headers: sent, secret });
    expect(verified).toMatchObject({
      object: 'event',
      id,
      type: 'token.deployed',
      data: { type: 'token.deployed' },
    });

    const listed = () =>
      call(app, deliveries.listWebhookDeliveries, { headers, params, query: { status: 'succeeded' } });
    await until(async () => (await listed()).body.total === 1);
    const [delivery] = (await listed()).body.data;
    expect(delivery).toMatchObject({
      event_id: id,
      event_type: 'token.deployed',
      attempts: 1,
      next_attempt_at: null,
    });
    const { body: full } = await call(app, deliveries.getWebhookDelivery, {
      headers,
      params: { id: delivery!.id },
    });
    expect(full.log).toMatchObject([
      { number: 1, status_code: 200, error: null, response_excerpt: 'answered 200' },
    ]);
    const none = await call(app, deliveries.listWebhookDeliveries, {
      headers,
      params,
      query: { type: 'token.failed' },
    });
    expect(none.body).toEqual({ object: 'list', data: [], has_more: false, total: 0 });
  });

  it('tests, sends again, replays', async () => {
    const { app } = test;
    const { tenant, headers } = await newCaller();
    const { url, ids } = await receiver();
    const { body: made } = await call(app, ops.createWebhookEndpoint, {
      headers,
      body: { url, events: ['token.deployed'] },
    });
    const params = { id: made.id };
    const { body: tried } = await call(app, deliveries.testWebhookEndpoint, { headers, params });
    expect(tried).toMatchObject({ event_type: 'webhook_endpoint.tested', status: 'pending', attempts: 0 });
    await until(async () => ids().includes(tried.event_id));
    const done = async () =>
      (await call(app, deliveries.getWebhookDelivery, { headers, params: { id: tried.id } })).body.status ===
      'succeeded';
    await until(done);
    const again = await call(app, deliveries.redeliverWebhook, { headers, params: { id: tried.id } });
    expect(again.body).toMatchObject({ id: tried.id, status: 'pending', attempts: 1 });
    await until(async () => ids().filter((one) => one === tried.event_id).length === 2);

    const id = await happen(tenant, 'token.deployed');
    await until(async () => ids().includes(id));
    const body = { from: made.created - 60 };
    const replay = () => call(app, deliveries.replayWebhookEvents, { headers, params, body });
    await until(
      async () => (await replay()).body.queued === 1 && ids().filter((one) => one === id).length > 1,
    );
    const backwards = await attempt(app, deliveries.replayWebhookEvents, {
      headers,
      params,
      body: { from: 2, to: 1 },
    });
    expect([backwards.status, errorOf(backwards)]).toMatchObject([
      400,
      { code: 'validation_error', param: 'from' },
    ]);
  });

  it('rotates the secret, changes, disables and removes', async () => {
    const { app } = test;
    const { headers } = await newCaller();
    const { url, received } = await receiver();
    const { body: made } = await call(app, ops.createWebhookEndpoint, { headers, body: { url } });
    const params = { id: made.id };
    const { body: rotated } = await call(app, ops.rotateWebhookSecret, {
      headers,
      params,
      body: { grace_period_seconds: 60 },
    });
    expect(rotated.secret).not.toBe(made.secret);
    expect(rotated.previous_secret_expires_at).toBeGreaterThan(made.created);
    const { body: tried } = await call(app, deliveries.testWebhookEndpoint, { headers, params });
    await until(async () => received.length === 1);
    for (const secret of [made.secret, rotated.secret])
      new Webhook(secret).verify(received[0]!.body, received[0]!.headers as Record<string, string>);
    const { body: last } = await call(app, ops.rotateWebhookSecret, {
      headers,
      params,
      body: { grace_period_seconds: 0 },
    });
    expect(last.previous_secret_expires_at).toBeNull();

    const change = { status: 'disabled', events: ['nft.minted'], description: null } as const;
    const { body: off } = await call(app, ops.updateWebhookEndpoint, {
      headers,
      params,
      body: { ...change, events: ['nft.minted'] },
    });
    expect(off).toMatchObject({ status: 'disabled', disabled_reason: 'requested', events: ['nft.minted'] });
    for (const [op, own, body] of [
      [deliveries.testWebhookEndpoint, params, undefined],
      [deliveries.replayWebhookEvents, params, { from: 1 }],
      [deliveries.redeliverWebhook, { id: tried.id }, undefined],
    ] as const) {
      const refused = await attempt(app, op, { headers, params: own, body });
      expect([refused.status, errorOf(refused)['code']], op.id).toEqual([409, 'conflict']);
    }
    const { body: on } = await call(app, ops.updateWebhookEndpoint, {
      headers,
      params,
      body: { status: 'enabled' },
    });
    expect(on).toMatchObject({ status: 'enabled', disabled_reason: null });
    const { body: gone } = await call(app, ops.deleteWebhookEndpoint, { headers, params });
    expect(gone).toEqual({ object: 'webhook_endpoint', id: made.id, deleted: true });
    for (const op of [
      ops.getWebhookEndpoint,
      ops.updateWebhookEndpoint,
      ops.deleteWebhookEndpoint,
      ops.rotateWebhookSecret,
    ]) {
      const answer = await attempt(app, op, { headers, params, body: op.body && {} });
      expect([answer.status, errorOf(answer)['code']], op.id).toEqual([404, 'webhook_endpoint_not_found']);
    }
    const lost = await attempt(app, deliveries.getWebhookDelivery, { headers, params: { id: tried.id } });
    expect([lost.status, errorOf(lost)['code']]).toEqual([404, 'webhook_delivery_not_found']);
  });

  it('refuses URLs that lead inside, naming the field; what is said of types and fields is checked', async () => {
    const { app } = test;
    const { headers } = await newCaller();
    const url = 'https://example.com/hook';
    for (const [body, param] of [
      [{ url: 'https://169.254.169.254/latest/meta-data/' }, 'url'],
      [{ url: 'https://[::ffff:10.0.0.1]/' }, 'url'],
      [{ url: 'http://example.com/' }, 'url'],
      [{ url: 'nonsense' }, 'url'],
      [{ url, events: [] }, 'events'],
      [{ url, events: ['Not a type'] }, 'events.0'],
      [{ url, events: ['transaction.confirmed', 'transaction.settled'] }, 'events.1'],
      [{ url, event: ['a.b'] }, 'event'],
    ] as const) {
      const answer = await attempt(app, ops.createWebhookEndpoint, { headers, body });
      expect([answer.status, errorOf(answer)], JSON.stringify(body)).toMatchObject([
        400,
        { code: 'validation_error', param },
      ]);
    }
    const { body: made } = await call(app, ops.createWebhookEndpoint, { headers, body: { url } });
    const change = { headers, params: { id: made.id }, body: { url: 'https://10.0.0.1/' } };
    expect(errorOf(await attempt(app, ops.updateWebhookEndpoint, change))).toMatchObject({ param: 'url' });
    expect((await call(app, ops.getWebhookEndpoint, { headers, params: change.params })).body.url).toBe(url);
  });

  it('goes to this machine in development only', async () => {
    const standard = await bootApp({ replicaOf: test });
    try {
      const { headers } = await newCaller();
      const answer = await attempt(standard.app, ops.createWebhookEndpoint, {
        headers,
        body: { url: 'http://127.0.0.1:9/' },
      });
      expect([answer.status, errorOf(answer)]).toMatchObject([400, { param: 'url' }]);
    } finally {
      await standard.close();
    }
  });

  it('takes a hundred endpoints of a tenant, no more', async () => {
    const { app } = test;
    const { headers } = await newCaller();
    const create = () =>
      attempt(app, ops.createWebhookEndpoint, { headers, body: { url: 'https://8.8.8.8/' } });
    for (let n = 0; n < 10; n += 1) await Promise.all(Array.from({ length: 10 }, create));
    const answer = await create();
    expect([answer.status, errorOf(answer)['code']]).toEqual([409, 'conflict']);
    const { body: first } = await call(app, ops.listWebhookEndpoints, { headers, query: { limit: 100 } });
    expect([first.total, first.data.length, first.has_more]).toEqual([100, 100, false]);
    const query = { limit: 40, starting_after: first.data[79]!.id };
    const { body: rest } = await call(app, ops.listWebhookEndpoints, { headers, query });
    expect([rest.data.map(({ id }) => id), rest.has_more]).toEqual([
      first.data.slice(80).map(({ id }) => id),
      false,
    ]);
  });
});
