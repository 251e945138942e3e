import { createTestClient, defineChain, http, publicActions, walletActions } from 'viem';

/** Chain id of base-sepolia, which the localnet stands in for. */
export const localnetChainId = 84532;

export const multicall3Address = '0xcA11bde05977b3631167028862bE2a173976CA11';

const chainAt = (rpcUrl: string) =>
  defineChain({
    id: localnetChainId,
    name: 'Base Sepolia (localnet)',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
    contracts: { multicall3: { address: multicall3Address } },
    testnet: true,
  });

/** A client that reads, writes and cheats. Blocks come within milliseconds, so it polls fast. */
export function createLocalnetClient(rpcUrl: string) {
  return createTestClient({
    chain: chainAt(rpcUrl),
    mode: 'anvil',
    transport: http(rpcUrl, { retryCount: 0 }),
    pollingInterval: 20,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions);
}

export type LocalnetClient = ReturnType<typeof createLocalnetClient>;
