import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { chainOf, type Merchant, newMerchant, newPayer, paymentBody, price } from './kit.ts';
import { officialPaywall, paywallV1, type PaywallOptions } from './paywalls.ts';

let test: TestApp;
let merchant: Merchant;
let facilitator: string;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
  facilitator = `${await test.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
});
afterAll(() => test.close());

const officialFetch = (payer: PrivateKeyAccount) =>
  wrapFetchWithPayment(
    fetch,
    new x402Client()
      .register('eip155:*', new ExactEvmScheme(payer))
      .registerV1('base-sepolia', new ExactEvmSchemeV1(payer)),
  );

const paywallOptions = (): PaywallOptions => ({
  facilitator,
  headers: merchant.headers,
  payTo: merchant.payTo,
  asset: test.localnet.addresses.usdc,
  price,
});

describe('the official client', () => {
  it.each([
    ['the official middleware, version 2', officialPaywall, 'PAYMENT-RESPONSE'],
    ['a paywall of version 1', paywallV1, 'X-PAYMENT-RESPONSE'],
  ])('pays %s through us', async (_, paywall, header) => {
    const { localnet } = test;
    const { usdc, client } = chainOf(localnet);
    const payer = await newPayer(localnet, 5n * price);
    const url = await paywall(paywallOptions());
    const before = await usdc(merchant.payTo);

    const response = await officialFetch(payer)(`${url}/report`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ report: 'paid' });
    const receipt = decodePaymentResponseHeader(response.headers.get(header) ?? '');
    expect(receipt).toMatchObject({ success: true, payer: payer.address });

    const mined = await client.getTransactionReceipt({ hash: receipt.transaction as `0x${string}` });
    expect(mined.status).toBe('success');
    expect((await usdc(merchant.payTo)) - before).toBe(price);
    expect(await usdc(payer.address)).toBe(4n * price);
    expect(await client.getBalance({ address: payer.address })).toBe(0n);
  });

  it('is not served when it has no money', async () => {
    const payer = await newPayer(test.localnet, price - 1n);
    const url = await officialPaywall(paywallOptions());
    const response = await officialFetch(payer)(`${url}/report`);
    expect(response.status).toBe(402);
  });
});

describe('the official facilitator client', () => {
  const client = () =>
    new HTTPFacilitatorClient({
      url: facilitator,
      createAuthHeaders: async () => ({
        verify: merchant.headers,
        settle: merchant.headers,
        supported: merchant.headers,
      }),
    });

  it('understands every answer, good and bad', async () => {
    const { localnet } = test;
    const supported = await client().getSupported();
    expect(supported.kinds).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ x402Version: 1, scheme: 'exact', network: 'base-sepolia' }),
        expect.objectContaining({ x402Version: 2, scheme: 'exact', network: 'eip155:84532' }),
      ]),
    );
    const payer = await newPayer(localnet);
    const { paymentPayload, paymentRequirements } = await paymentBody({
      localnet,
      payer,
      payTo: merchant.payTo,
    });
    const ask = [paymentPayload, paymentRequirements] as never as [never, never];
    expect(await client().verify(...ask)).toMatchObject({ isValid: true, payer: payer.address });
    expect(await client().settle(...ask)).toMatchObject({ success: true });
    expect(await client().verify(...ask)).toMatchObject({
      isValid: false,
      invalidReason: 'invalid_exact_evm_nonce_already_used',
    });
    expect(await client().settle(...ask)).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    });
  });
});
