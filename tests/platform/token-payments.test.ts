import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAsset } from '#schemas/facilitator/admin-assets.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import type { Hex } from '#src/core/hex.ts';
import { newMerchant } from '#tests/facilitator/kit.ts';
import { officialPaywall, paywallV1 } from '#tests/facilitator/paywalls.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { mint, newIssuer, newToken, reader } from './token-kit.ts';

let test: TestApp;
let facilitator: string;
beforeAll(async () => {
  test = await bootApp();
  facilitator = `${await test.app.listen({ host: '127.0.0.1', port: 0 })}/api/v1`;
});
afterAll(() => test.close());

it.each([
  ['version 2', officialPaywall, 'PAYMENT-RESPONSE'],
  ['version 1', paywallV1, 'X-PAYMENT-RESPONSE'],
] as const)(
  'the official client pays with a token that was just deployed, %s',
  async (_, paywall, header) => {
    const { headers } = await newIssuer(test);
    const token = await newToken(test, headers, { name: 'Shop Credit', symbol: 'CRED', decimals: 2 });
    await call(test.app, registerAsset, {
      headers: { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` },
      body: { network: token.network, asset: token.address, symbol: 'CRED', decimals: 2, active: true },
    });
    const payer = privateKeyToAccount(generatePrivateKey());
    await mint(test, headers, token, { to: payer.address, amount: '900' });
    const merchant = await newMerchant(test.app);
    const url = await paywall({
      facilitator,
      headers: merchant.headers,
      payTo: merchant.payTo,
      asset: token.address as Hex,
      price: 250n,
      domain: { name: token.name, version: '1' },
    });
    const pay = wrapFetchWithPayment(
      fetch,
      x402Client
        .fromConfig({
          schemes: [{ network: 'eip155:*', client: new ExactEvmScheme(payer) }],
          // Payers say which tokens they pay with, unless it is a coin the client knows.
          spendControls: { allowedAssets: true },
        })
        .registerV1('base-sepolia', new ExactEvmSchemeV1(payer)),
    );
    const response = await pay(`${url}/report`);
    expect([response.status, await response.json()]).toEqual([200, { report: 'paid' }]);
    const receipt = decodePaymentResponseHeader(response.headers.get(header) ?? '');
    expect(receipt).toMatchObject({ success: true, payer: payer.address });
    const held = reader(test);
    expect(await held(cloneERC20Abi, token, 'balanceOf', merchant.payTo)).toBe(250n);
    expect(await held(cloneERC20Abi, token, 'balanceOf', payer.address)).toBe(650n);
  },
);
