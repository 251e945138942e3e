import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import {
  authorizationsUsed,
  chainOf,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  type PaymentBody,
  paymentBody,
  price,
  sentBy,
  settle,
  submitElsewhere,
  verify,
} from './kit.ts';

let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
});
afterAll(() => test.close());

const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/);
const duplicate = (transaction: unknown) => ({
  success: false,
  errorReason: 'duplicate_settlement',
  transaction,
});

const newMerchantAddress = newAddress();

const body = async (input: { version?: 1 | 2 } = {}) => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo, ...input });
};

describe('one payment', () => {
  it('is sent once and answered with success once, however often it comes at once', async () => {
    const payment = await body();
    const sent = await sentBy(test);
    const answers = await Promise.all(Array.from({ length: 50 }, () => settle(test.app, merchant, payment)));
    const won = answers.filter((answer) => answer.body['success'] === true);
    expect(won).toHaveLength(1);
    const transaction = won[0]?.body['transaction'];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      if (answer !== won[0]) expect(answer.body).toMatchObject(duplicate(transaction));
    }
    expect((await sentBy(test)) - sent).toBe(1);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([transaction]);
    expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(price);
  });

  it('is a duplicate for ever after, in both versions of the protocol', async () => {
    const payment = await body({ version: 1 });
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: true, transaction: hash });
    const again = await settle(test.app, merchant, payment);
    expect(again.body).toMatchObject(duplicate(first.body['transaction']));
    expect(await verify(test.app, merchant, payment)).toMatchObject({
      body: { isValid: false, invalidReason: 'invalid_transaction_state', payer: '' },
    });
  });

  it('is told again under its own Idempotency-Key, and only there', async () => {
    const payment = await body();
    const key = { 'idempotency-key': 'order-1' };
    const first = await settle(test.app, merchant, payment, key);
    expect(first.body).toMatchObject({ success: true });
    const again = await settle(test.app, merchant, payment, key);
    expect(again.body).toMatchObject({ success: true, transaction: first.body['transaction'] });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await settle(test.app, merchant, payment)).body).toMatchObject(
      duplicate(first.body['transaction']),
    );
    const other = await newMerchant(test.app);
    expect((await settle(test.app, other, payment, key)).body).toMatchObject(
      duplicate(first.body['transaction']),
    );
    expect(await settle(test.app, merchant, await body(), key)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it('counts when somebody else put it on the chain, once', async () => {
    const payment = await body();
    const transaction = await submitElsewhere(test.localnet, payment);
    const sent = await sentBy(test);
    const answers = await Promise.all([
      settle(test.app, merchant, payment),
      settle(test.app, merchant, payment),
    ]);
    expect(answers.map((answer) => answer.body['transaction'])).toEqual([transaction, transaction]);
    expect(answers.filter((answer) => answer.body['success'] === true)).toHaveLength(1);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject(duplicate(transaction));
    expect((await sentBy(test)) - sent).toBe(0);
  });

  it('counts when another facilitator settled it in a batch, and is not mistaken for its neighbours', async () => {
    const payer = await newPayer(test.localnet);
    const make = (payTo = merchant.payTo) => paymentBody({ localnet: test.localnet, payer, payTo });
    const [mine, twin, other] = [await make(), await make(), await make(newMerchantAddress)];
    const transaction = await submitElsewhere(test.localnet, mine, twin, other);
    const sent = await sentBy(test);
    for (const payment of [mine, twin, other]) {
      expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true, transaction });
      expect((await settle(test.app, merchant, payment)).body).toMatchObject(duplicate(transaction));
    }
    expect((await sentBy(test)) - sent).toBe(0);
  });

  it('is no payment of another one whose nonce the payer has spent on something else beside it', async () => {
    const { localnet } = test;
    const payer = await newPayer(localnet);
    const make = (payTo = merchant.payTo, nonce?: Hex) =>
      paymentBody({ localnet, payer, payTo, ...(nonce ? { nonce } : {}) });
    const payments = [await make(), await make(), await make()] as const;
    for (const payment of payments)
      expect((await verify(test.app, merchant, payment)).body).toMatchObject({ isValid: true });
    const nonceOf = (payment: PaymentBody) => payment.paymentPayload.payload.authorization.nonce as Hex;
    const purse = newAddress();
    const [first, second, third] = payments;
    const [aside, besides] = [await make(purse, nonceOf(first)), await make(purse, nonceOf(third))];
    const before = await chainOf(localnet).usdc(merchant.payTo);
    const transaction = await submitElsewhere(localnet, aside, second, besides);
    const answers = [];
    for (const payment of payments) answers.push((await settle(test.app, merchant, payment)).body);
    expect((await chainOf(localnet).usdc(merchant.payTo)) - before).toBe(price);
    expect(answers.map((answer) => answer['success'])).toEqual([false, true, false]);
    expect(answers[1]).toMatchObject({ transaction });
  });

  it('does not count when its words were not signed like that', async () => {
    const payment = await body();
    await submitElsewhere(test.localnet, payment);
    const forged = structuredClone(payment);
    forged.paymentPayload.payload.signature = `0x${'11'.repeat(64)}1b`;
    expect((await settle(test.app, merchant, forged)).body).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_signature',
      transaction: '',
      payer: '',
    });
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({ success: true });
  });

  it('is one on two replicas', async () => {
    const other = await appOfTest({ replicaOf: test });
    const payment = await body();
    const sent = await sentBy(test);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => settle(i % 2 === 0 ? test.app : other.app, merchant, payment)),
    );
    expect(answers.filter((answer) => answer.body['success'] === true)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.body['transaction'])).size).toBe(1);
    expect((await sentBy(test)) - sent).toBe(1);
  });
});

describe('many payments', () => {
  it('share a transaction when they wait together, each with its own outcome', async () => {
    const good = await Promise.all(Array.from({ length: 12 }, () => body()));
    const poor = await newPayer(test.localnet, price);
    const both = await Promise.all(
      [1, 2].map(() => paymentBody({ localnet: test.localnet, payer: poor, payTo: merchant.payTo })),
    );
    const before = await chainOf(test.localnet).usdc(merchant.payTo);
    const sent = await sentBy(test);
    const answers = await Promise.all([...good, ...both].map((one) => settle(test.app, merchant, one)));
    const paid = answers.filter((answer) => answer.body['success'] === true);
    // The poor payer's money suffices for one of the two.
    expect(paid).toHaveLength(13);
    expect((await chainOf(test.localnet).usdc(merchant.payTo)) - before).toBe(13n * price);
    expect((await sentBy(test)) - sent).toBeLessThan(13);
    const failed = answers.find((answer) => answer.body['success'] === false);
    expect(failed?.status).toBe(200);
  });
});
