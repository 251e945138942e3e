import { inject } from 'vitest';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import { type PaymentChain, startPaymentChain } from '#tests/chain/permit2-kit.ts';
import { type BootOptions, bootApp, type TestApp } from '#tests/kit/app.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { type Merchant, newMerchant, newPayer, type PaymentBody, paymentBody } from './kit.ts';

/** An app on a chain that its test alone moves. */
export type OwnWorld = Awaited<ReturnType<typeof startOwnWorld>>;

/** Boots a facilitator on a chain of its own, to which it speaks through a proxy. */
export async function startOwnWorld(options: BootOptions = {}) {
  const world: PaymentChain = await startPaymentChain();
  const { url } = world.chain.client.transport as unknown as { url: string };
  const localnet: LocalnetInfo = { ...inject('localnet'), rpcUrl: url };
  const proxy = await rpcProxy(url);
  const env = { BASE_SEPOLIA_RPC_URL: proxy.url, ...options.env };
  const test: TestApp = await bootApp({ ...options, env, localnet });
  const merchant: Merchant = await newMerchant(test.app);
  return {
    test,
    merchant,
    proxy,
    chain: world.chain.client,
    async payment(payTo = merchant.payTo): Promise<PaymentBody> {
      const payer = await newPayer(localnet);
      return paymentBody({ localnet, payer, payTo });
    },
    async close() {
      await test.close();
      await proxy.close();
      await world.stop();
    },
  };
}
