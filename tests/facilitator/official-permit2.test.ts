import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme, UptoEvmScheme } from '@x402/evm';
import { ExactEvmScheme as ExactServer } from '@x402/evm/exact/server';
import { UptoEvmScheme as UptoServer } from '@x402/evm/upto/server';
import { paymentMiddleware, setSettlementOverrides, x402ResourceServer } from '@x402/express';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import express from 'express';
import type { Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { chainOf, type Merchant, newMerchant, newPayer, price } from './kit.ts';
import { listening } from './paywalls.ts';
import { newPermit2Payer } from './permit2-kit.ts';

let test: TestApp;
let merchant: Merchant;
let facilitator: string;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
  facilitator = `${await test.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
});
afterAll(() => test.close());

type Paywall = { scheme: 'exact' | 'upto'; extensions?: Record<string, unknown>; used?: string };

/** The official middleware in front of /report, which asks for a payment by Permit2. */
function paywall({ scheme, extensions, used }: Paywall): Promise<string> {
  const { headers, payTo } = merchant;
  const client = new HTTPFacilitatorClient({
    url: facilitator,
    createAuthHeaders: async () => ({ verify: headers, settle: headers, supported: headers }),
  });
  const server = new x402ResourceServer(client)
    .register('eip155:84532', new ExactServer())
    .register('eip155:84532', new UptoServer());
  const extra = { name: 'USDC', version: '2', assetTransferMethod: 'permit2' };
  const terms = { asset: test.localnet.addresses.usdc, amount: price.toString(), extra };
  const accepts = { scheme, network: 'eip155:84532' as const, payTo, price: terms };
  const route = { accepts, description: 'A report', ...(extensions ? { extensions } : {}) };
  const app = express();
  app.use(paymentMiddleware({ 'GET /report': route }, server));
  app.get('/report', (_request, response) => {
    if (used) setSettlementOverrides(response, { amount: used });
    response.json({ report: 'paid' });
  });
  return listening(app);
}

async function pay(payer: PrivateKeyAccount, url: string) {
  const options = { rpcUrl: test.localnet.rpcUrl };
  const client = new x402Client()
    .register('eip155:*', new ExactEvmScheme(payer, options))
    .register('eip155:*', new UptoEvmScheme(payer, options));
  const response = await wrapFetchWithPayment(fetch, client)(`${url}/report`);
  const receipt = decodePaymentResponseHeader(response.headers.get('PAYMENT-RESPONSE') ?? '');
  return { response, receipt };
}

const offer = {
  eip2612GasSponsoring: { info: { description: 'Gasless approval', version: '1' }, schema: {} },
};

describe('the official client through the official server', () => {
  it('pays exact by Permit2', async () => {
    const { usdc } = chainOf(test.localnet);
    const before = await usdc(merchant.payTo);
    const payer = await newPermit2Payer(test.localnet);
    const { response, receipt } = await pay(payer, await paywall({ scheme: 'exact' }));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ report: 'paid' });
    expect(receipt).toMatchObject({ success: true, payer: payer.address });
    expect((await usdc(merchant.payTo)) - before).toBe(price);
  });

  it('pays without an allowance and without gas, sponsored by EIP-2612', async () => {
    const { usdc, client } = chainOf(test.localnet);
    const payer = await newPayer(test.localnet);
    const url = await paywall({ scheme: 'exact', extensions: offer });
    const before = await usdc(merchant.payTo);
    const { response } = await pay(payer, url);
    expect(response.status).toBe(200);
    expect((await usdc(merchant.payTo)) - before).toBe(price);
    expect(await client.getTransactionCount({ address: payer.address })).toBe(0);
  });

  it('permits a maximum and pays what was used', async () => {
    const { usdc, client } = chainOf(test.localnet);
    const payer = await newPermit2Payer(test.localnet);
    const before = await usdc(merchant.payTo);
    const { response, receipt } = await pay(payer, await paywall({ scheme: 'upto', used: '1234' }));
    expect(response.status).toBe(200);
    expect(receipt).toMatchObject({ success: true, amount: '1234' });
    expect((await usdc(merchant.payTo)) - before).toBe(1234n);
    const mined = await client.getTransactionReceipt({ hash: receipt.transaction as Hex });
    expect(mined.status).toBe('success');
  });

  it('pays nothing when nothing was used', async () => {
    const { usdc } = chainOf(test.localnet);
    const payer = await newPermit2Payer(test.localnet);
    const before = await usdc(payer.address);
    const { response, receipt } = await pay(payer, await paywall({ scheme: 'upto', used: '0' }));
    expect(response.status).toBe(200);
    expect(receipt).toMatchObject({ success: true, transaction: '', amount: '0' });
    expect(await usdc(payer.address)).toBe(before);
  });
});
