import type { NewPaymentAsset } from '#src/core/ports/payment-assets.ts';
import type { Address } from '#src/core/hex.ts';

/** Circle's USDC where x402 knows it; registered at the first start, after that the registry is the operator's. */
const usdc: Readonly<Record<string, { asset: Address; name: string }>> = {
  'base-sepolia': { asset: '0x036cbd53842c5426634e7929541ec2318f3dcf7e', name: 'USDC' },
  base: { asset: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913', name: 'USD Coin' },
  ethereum: { asset: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', name: 'USD Coin' },
  polygon: { asset: '0x3c499c542cef5e3811e1192ce70d8cc03d5c3359', name: 'USD Coin' },
  avalanche: { asset: '0xb97ef9ef8734c71904d8002f8b6bc66dd9c48a6e', name: 'USD Coin' },
  celo: { asset: '0xceba9300f2b948710d2653dd7b07f33a8b32118c', name: 'USDC' },
};

/** What the configured networks start with. */
export function defaultAssets(networks: readonly { name: string }[]): NewPaymentAsset[] {
  return networks.flatMap(({ name: network }) => {
    const known = usdc[network];
    if (!known) return [];
    const domain = { eip712Name: known.name, eip712Version: '2' };
    return [
      { network, asset: known.asset, symbol: 'USDC', decimals: 6, active: true, ...domain, minAmount: 0n },
    ];
  });
}
