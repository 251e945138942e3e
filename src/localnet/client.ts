import { createTestClient, defineChain, type Hex, http, publicActions, walletActions } from 'viem';
import { multicall3Address } from '#src/chain/clients.ts';
import { waitForReceipt } from '#src/chain/send-in-turn.ts';

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

/** A client that reads, writes and cheats. Blocks come within milliseconds, and with transactions only: it looks fast, itself. */
export function createLocalnetClient(rpcUrl: string) {
  return createTestClient({
    chain: chainAt(rpcUrl),
    mode: 'anvil',
    transport: http(rpcUrl, { retryCount: 0 }),
    pollingInterval: 20,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions)
    .extend((client) => ({
      waitForTransactionReceipt: ({ hash }: { hash: Hex }) => waitForReceipt(client, hash),
    }));
}

export type LocalnetClient = ReturnType<typeof createLocalnetClient>;
