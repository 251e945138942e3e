import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { chainOf, type Merchant, newMerchant, newPayer, paymentBody, price, settle, verify } from './kit.ts';

let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
});
afterAll(() => test.close());

describe.each([1, 2] as const)('version %i', (version) => {
  it('verifies and settles a payment', async () => {
    const { localnet, app } = test;
    const payer = await newPayer(localnet);
    const body = await paymentBody({ localnet, payer, payTo: merchant.payTo, version });
    const network = version === 1 ? 'base-sepolia' : 'eip155:84532';
    const before = await chainOf(localnet).usdc(merchant.payTo);
    const verdict = await verify(app, merchant, body);
    expect(verdict).toMatchObject({
      status: 200,
      body: { isValid: true, invalidReason: '', payer: payer.address, cachedResult: false },
    });
    const settled = await settle(app, merchant, body);
    expect(settled).toMatchObject({
      status: 200,
      body: { success: true, errorReason: '', network, payer: payer.address, amount: price.toString() },
    });
    expect(settled.body['transaction']).toMatch(/^0x[0-9a-f]{64}$/);
    expect((await chainOf(localnet).usdc(merchant.payTo)) - before).toBe(price);
  });
});
