import { createTestClient, defineChain, http, publicActions, walletActions } from 'viem';
import { multicall3Address } from '#src/chain/clients.ts';

/** Chain id of base-sepolia, which the localnet stands in for. */
export const localnetChainId = 84532;

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
