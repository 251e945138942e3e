import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { logInAccount } from '#schemas/platform/accounts.ts';
import { createApiKey } from '#schemas/platform/api-keys.ts';
import { listEvents } from '#schemas/platform/events.ts';
import { createWebhookEndpoint } from '#schemas/platform/webhooks.ts';
import {
  newPayer,
  type Merchant,
  newMerchant,
  password,
  paymentBody,
  price,
  settle,
  submitElsewhere,
  until,
} from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { as } from '#tests/platform/kit.ts';
import { receiver } from './kit.ts';

let test: TestApp;
beforeAll(async () => {
  test = await bootApp({ env: { WEBHOOKS_ALLOW_LOOPBACK: '1', SETTLE_TIMEOUT_MS: '3000' } });
});
afterAll(() => test.close());

/** A platform key of the merchant's own tenant: one account serves both planes. */
async function keyOf({ person }: Merchant, environment: 'test' | 'live' = 'test') {
  const { body } = await call(test.app, logInAccount, { body: { email: person.email, password } });
  const headers = as(body.access_token);
  const { body: key } = await call(test.app, createApiKey, { headers, body: { name: 'hooks', environment } });
  return as(key);
}

const payment = async (merchant: Merchant) =>
  paymentBody({ localnet: test.localnet, payer: await newPayer(test.localnet), payTo: merchant.payTo });

describe('payments', () => {
  it('that are settled are told to the tenant of the merchant, by webhook and in its list, once', async () => {
    const merchant = await newMerchant(test.app);
    const headers = await keyOf(merchant);
    const { url, received } = await receiver();
    const hook = { url, events: ['payment.*'] };
    const { body: endpoint } = await call(test.app, createWebhookEndpoint, { headers, body: hook });
    const paid = await payment(merchant);
    const answer = await settle(test.app, merchant, paid);
    expect(answer.body).toMatchObject({ success: true });
    await settle(test.app, merchant, paid);
    await until(async () => received.length > 0);
    new Webhook(endpoint.secret).verify(received[0]!.body, received[0]!.headers as Record<string, string>);
    const { body } = await call(test.app, listEvents, { headers });
    expect(body.total).toBe(1);
    expect(body.data[0]).toMatchObject({
      type: 'payment.settled',
      data: {
        object: 'payment',
        status: 'settled',
        client_id: merchant.clientId,
        network: 'base-sepolia',
        amount: price.toString(),
        pay_to: merchant.payTo,
        tx_hash: answer.body['transaction'],
        reason: null,
      },
    });
    expect(JSON.parse(received[0]!.body)).toEqual(body.data[0]);
    expect(received).toHaveLength(1);
    // Test networks are no business of live keys.
    const live = await keyOf(merchant, 'live');
    expect((await call(test.app, listEvents, { headers: live })).body.total).toBe(0);
  });

  it('that somebody else put on the chain are told of when they are taken as settled', async () => {
    const merchant = await newMerchant(test.app);
    const headers = await keyOf(merchant);
    const paid = await payment(merchant);
    const theirs = await submitElsewhere(test.localnet, paid);
    expect((await settle(test.app, merchant, paid)).body).toMatchObject({
      success: true,
      transaction: theirs,
    });
    const { body } = await call(test.app, listEvents, { headers });
    expect(body.data).toMatchObject([{ type: 'payment.settled', data: { tx_hash: theirs } }]);
    expect(body.total).toBe(1);
  });

  it('that could not be sent are told as failed', async () => {
    const merchant = await newMerchant(test.app);
    const headers = await keyOf(merchant);
    const poor = await bootApp({ replicaOf: test, env: { ROLE: 'api', SETTLE_TIMEOUT_MS: '300' } });
    try {
      // Nobody runs the lane of this network in time.
      await test.database.database.executeSql(
        `insert into lanes (lane, owner, epoch, until) values ('signers:base-sepolia', 'nobody', 9, now() + interval '5 seconds')
          on conflict (lane) do update set owner = 'nobody', epoch = lanes.epoch + 1, until = excluded.until`,
      );
      const answer = await settle(poor.app, merchant, await payment(merchant));
      expect([answer.status, answer.body]).toMatchObject([500, { code: 'SETTLEMENT_FAILED' }]);
      const { body } = await call(test.app, listEvents, { headers });
      expect(body.data).toMatchObject([
        { type: 'payment.failed', data: { status: 'failed', reason: 'not_sent', tx_hash: null } },
      ]);
    } finally {
      await poor.close();
    }
  });
});
