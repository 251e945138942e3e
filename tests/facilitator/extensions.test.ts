import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmScheme as ExactServer } from '@x402/evm/exact/server';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import {
  appendPaymentIdentifierToExtensions,
  BuilderCodeClientExtension,
  builderCodeResourceServerExtension,
  declareBuilderCodeExtension,
  declarePaymentIdentifierExtension,
  parseBuilderCodeSuffixFromCalldata,
  paymentIdentifierResourceServerExtension,
} from '@x402/extensions';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import express from 'express';
import type { Hex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import {
  authorizationsUsed,
  chainOf,
  type Merchant,
  newMerchant,
  newPayer,
  type PaymentBody,
  paymentBody,
  price,
  settle,
  verify,
} from './kit.ts';
import { listening } from './paywalls.ts';
import { newPermit2Payer, permit2Body, settledFor } from './permit2-kit.ts';

let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
});
afterAll(() => test.close());

const named = (id: unknown) => ({ 'payment-identifier': { info: { required: false, id } } });
const body = async (extensions: object, change: { payTo?: Hex; version?: 1 | 2 } = {}) => {
  const { localnet } = test;
  const payer = await newPayer(localnet);
  const made = await paymentBody({ localnet, payer, payTo: merchant.payTo, ...change });
  return { ...made, paymentPayload: { ...made.paymentPayload, extensions } } as PaymentBody;
};
const newId = () => `pay_${crypto.randomUUID().replaceAll('-', '')}`;
const conflict = { status: 409, body: { code: 'CONFLICT' } };
const input = async (hash: unknown): Promise<Hex> =>
  (await chainOf(test.localnet).client.getTransaction({ hash: hash as Hex })).input;

describe('payment-identifier', () => {
  it('names one payment: a repeat re-uses its verdict, another payment is a conflict, on every replica', async () => {
    const replica = await appOfTest({ replicaOf: test });
    const id = newId();
    const first = await body(named(id));
    const second = await body(named(id));
    const verdicts = [await verify(test.app, merchant, first), await verify(test.app, merchant, first)];
    expect(verdicts.map((one) => [one.body['isValid'], one.body['cachedResult']])).toEqual([
      [true, false],
      [true, true],
    ]);
    for (const ask of [verify, settle]) expect(await ask(test.app, merchant, second)).toMatchObject(conflict);
    expect((await settle(test.app, merchant, first)).body).toMatchObject({ success: true });
    for (const { app } of [test, replica]) {
      for (const ask of [verify, settle]) expect(await ask(app, merchant, second)).toMatchObject(conflict);
    }
    expect(await authorizationsUsed(test.localnet, second)).toEqual([]);
    const { settlements } = (await call(test.app, listSettlements, { headers: merchant.headers })).body.data;
    expect(settlements[0]).toMatchObject({ paymentIdentifier: id, status: 'settled' });
  });

  it('never yields a second success', async () => {
    const payment = await body(named(newId()));
    const answers = await Promise.all(Array.from({ length: 10 }, () => settle(test.app, merchant, payment)));
    expect(answers.filter((one) => one.body['success'] === true)).toHaveLength(1);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
    });
    expect(await authorizationsUsed(test.localnet, payment)).toHaveLength(1);
  });

  it('of two payments that settle at once lets one through', async () => {
    const id = newId();
    const payments = await Promise.all([1, 2, 3, 4].map(() => body(named(id))));
    const answers = await Promise.all(payments.map((one) => settle(test.app, merchant, one)));
    expect(answers.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
    const used = await Promise.all(payments.map((one) => authorizationsUsed(test.localnet, one)));
    expect(used.flat()).toHaveLength(1);
  });

  it('is a merchant’s own: another may know the same name', async () => {
    const id = newId();
    expect((await settle(test.app, merchant, await body(named(id)))).body).toMatchObject({ success: true });
    const other = await newMerchant(test.app);
    const theirs = await body(named(id), { payTo: other.payTo });
    expect((await settle(test.app, other, theirs)).body).toMatchObject({ success: true });
  });

  it('names what was permitted where a part of it is settled', async () => {
    const { localnet } = test;
    const payer = await newPermit2Payer(localnet);
    const facilitator = privateKeyToAddress(test.signers[0]!);
    const payment = await permit2Body({
      localnet,
      payer,
      payTo: merchant.payTo,
      facilitator,
      extensions: named(newId()),
    });
    expect((await verify(test.app, merchant, payment)).body).toMatchObject({ isValid: true });
    const settled = await settle(test.app, merchant, settledFor(payment, 77n));
    expect(settled.body).toMatchObject({ success: true, amount: '77' });
  });

  it.each([['short'], ['x'.repeat(129)], ['with space in its name'], [7]])(
    '%j is refused as a name',
    async (id) => {
      const payment = await body(named(id));
      expect(await verify(test.app, merchant, payment)).toMatchObject({
        status: 200,
        body: { isValid: false, invalidReason: 'invalid_payload' },
      });
      expect((await settle(test.app, merchant, payment)).body).toMatchObject({
        success: false,
        errorReason: 'invalid_payload',
        transaction: '',
      });
    },
  );
});

describe('builder-code', () => {
  const coded = (info: object) => ({ 'builder-code': { info } });

  it('stands at the end of the settlement’s call data, which pays all the same', async () => {
    const before = await chainOf(test.localnet).usdc(merchant.payTo);
    const answer = await settle(test.app, merchant, await body(coded({ a: 'shop', s: ['sdk'] })));
    expect(answer.body).toMatchObject({ success: true });
    expect(parseBuilderCodeSuffixFromCalldata(await input(answer.body['transaction']))).toEqual({
      a: 'shop',
      s: ['sdk'],
    });
    expect((await chainOf(test.localnet).usdc(merchant.payTo)) - before).toBe(price);
    const plain = await settle(test.app, merchant, await body({}));
    expect(parseBuilderCodeSuffixFromCalldata(await input(plain.body['transaction']))).toBeUndefined();
  });

  it('in version 1 is the payer’s alone; codes that are none are left out', async () => {
    const info = { a: 'shop', s: ['sdk', 'NO', 'x'.repeat(33), 7] };
    const answer = await settle(test.app, merchant, await body(coded(info), { version: 1 }));
    expect(parseBuilderCodeSuffixFromCalldata(await input(answer.body['transaction']))).toEqual({
      s: ['sdk'],
    });
  });

  it('follows batches of its own, by Permit2 as well, and with our own code', async () => {
    const { app } = await appOfTest({ env: { BUILDER_CODE: 'chronos' }, replicaOf: test });
    const payments = await Promise.all(
      Array.from({ length: 12 }, (_, i) => body(coded({ a: i % 2 === 0 ? 'even' : 'odd' }))),
    );
    const answers = await Promise.all(payments.map((one) => settle(app, merchant, one)));
    for (const [i, answer] of answers.entries()) {
      expect(answer.body).toMatchObject({ success: true });
      expect(parseBuilderCodeSuffixFromCalldata(await input(answer.body['transaction']))).toEqual({
        a: i % 2 === 0 ? 'even' : 'odd',
        w: 'chronos',
      });
    }
    expect(new Set(answers.map((one) => one.body['transaction'])).size).toBeLessThan(12);
    const { localnet } = test;
    const payer = await newPermit2Payer(localnet);
    const permit = await permit2Body({
      localnet,
      payer,
      payTo: merchant.payTo,
      extensions: coded({ a: 'p2' }),
    });
    const settled = await settle(app, merchant, permit);
    expect(settled.body).toMatchObject({ success: true });
    expect(parseBuilderCodeSuffixFromCalldata(await input(settled.body['transaction']))).toEqual({
      a: 'p2',
      w: 'chronos',
    });
  });
});

describe('the official packages', () => {
  it('name and attribute a payment through us', async () => {
    const url = `${await test.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
    const { headers, payTo } = merchant;
    const auth = async () => ({ verify: headers, settle: headers, supported: headers });
    const server = new x402ResourceServer(new HTTPFacilitatorClient({ url, createAuthHeaders: auth }))
      .register('eip155:84532', new ExactServer())
      .registerExtension(builderCodeResourceServerExtension)
      .registerExtension(paymentIdentifierResourceServerExtension);
    const extra = { name: 'USDC', version: '2' };
    const terms = { asset: test.localnet.addresses.usdc, amount: price.toString(), extra };
    const accepts = { scheme: 'exact', network: 'eip155:84532' as const, payTo, price: terms };
    const extensions = {
      'builder-code': declareBuilderCodeExtension('bc_shop'),
      'payment-identifier': declarePaymentIdentifierExtension(true),
    };
    const app = express();
    app.use(paymentMiddleware({ 'GET /report': { accepts, description: 'A report', extensions } }, server));
    app.get('/report', (_request, response) => void response.json({ report: 'paid' }));
    const shop = await listening(app);

    const payer = await newPayer(test.localnet);
    const id = newId();
    const client = new x402Client()
      .register('eip155:*', new ExactEvmScheme(payer))
      .registerExtension(new BuilderCodeClientExtension('bc_client'));
    client.onBeforePaymentCreation(async ({ paymentRequired }) => {
      appendPaymentIdentifierToExtensions(paymentRequired.extensions ?? {}, id);
    });
    const response = await wrapFetchWithPayment(fetch, client)(`${shop}/report`);
    expect(response.status).toBe(200);
    const receipt = decodePaymentResponseHeader(response.headers.get('PAYMENT-RESPONSE') ?? '');
    expect(parseBuilderCodeSuffixFromCalldata(await input(receipt.transaction))).toEqual({
      a: 'bc_shop',
      s: ['bc_client'],
    });
    const { settlements } = (await call(test.app, listSettlements, { headers })).body.data;
    expect(settlements[0]).toMatchObject({ paymentIdentifier: id, transaction: receipt.transaction });
  });
});
