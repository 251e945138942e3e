import { createPublicClient, custom, defineChain, type PublicClient } from 'viem';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { NetworkSettings, Networks } from '#src/core/networks.ts';
import { failOver } from './fail-over.ts';
import { createRpc, type Rpc, type RpcRequestFact } from './rpc.ts';

/** The same address on every chain. */
export const multicall3Address = '0xcA11bde05977b3631167028862bE2a173976CA11';

export type ChainClients = {
  /** viem client over the network's RPC list. @throws unsupported_network */
  public(network: string): PublicClient;
  /** The same RPC list without viem around it, for hot paths. @throws unsupported_network */
  rpc(network: string): Rpc['request'];
  /** The bundler's JSON-RPC. @throws chain_unavailable when the network has none */
  bundler(network: string): Rpc;
  /** The ERC-7677 paymaster, null when operations are not sponsored on the network. */
  paymaster(network: string): Rpc | null;
  /** Ends what is under way, too; may be called again. */
  close(): Promise<void>;
};

export type RpcObserver = (fact: RpcRequestFact) => void;

export type ClientOptions = {
  networks: Networks;
  timeoutMs?: number;
  /** Told of every request to a node, bundler or paymaster. */
  onRequest?: RpcObserver;
};

/** One set of clients per network, made at first use and shared by the whole process. */
export function createChainClients({ networks, timeoutMs = 10_000, onRequest }: ClientOptions): ChainClients {
  const lists = new Map<string, Rpc['request']>();
  const publics = new Map<string, PublicClient>();
  const rpcs = new Map<string, Rpc>();

  const rpc = (url: string, batchSize: number): Rpc => {
    const key = `${batchSize} ${url}`;
    const known = rpcs.get(key);
    if (known) return known;
    const made = createRpc({ url, timeoutMs, batchSize, ...(onRequest ? { onRequest } : {}) });
    rpcs.set(key, made);
    return made;
  };

  const list = (name: string): Rpc['request'] => {
    const known = lists.get(name);
    if (known) return known;
    const request = failOver(networks.get(name).rpcUrls.map((url) => rpc(url, 100)));
    lists.set(name, request);
    return request;
  };

  return {
    rpc: list,
    public(name) {
      const network = networks.get(name);
      const known = publics.get(network.name);
      if (known) return known;
      const client = publicClient(network, list(network.name));
      publics.set(network.name, client);
      return client;
    },
    bundler(name) {
      const { bundlerUrl } = networks.get(name);
      if (!bundlerUrl) throw fail('chain_unavailable', { message: `network ${name} has no bundler` });
      return rpc(bundlerUrl, 1);
    },
    paymaster(name) {
      const { paymasterUrl } = networks.get(name);
      return paymasterUrl ? rpc(paymasterUrl, 1) : null;
    },
    async close() {
      await Promise.all([...rpcs.values()].map((one) => one.close()));
    },
  };
}

function publicClient(network: NetworkSettings, request: Rpc['request']): PublicClient {
  return createPublicClient({
    chain: defineChain({
      id: network.chainId,
      name: network.title,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [...network.rpcUrls] } },
      contracts: { multicall3: { address: multicall3Address } },
      testnet: network.testnet,
    }),
    transport: custom(
      {
        request: ({ method, params }: { method: string; params?: readonly unknown[] }) =>
          request(method, params),
      },
      { retryCount: 0 },
    ),
    // viem polls every 4 s on chains it does not know, which would be most of a payment's time.
    pollingInterval: network.simulated ? 50 : 1_000,
    cacheTime: 0,
  });
}

/** Which chain is behind the RPC list, and where it ends. */
export async function identifyNetwork(
  client: PublicClient,
): Promise<{ chainId: number; genesis: Hex; head: bigint }> {
  const [chainId, genesis, head] = await Promise.all([
    client.getChainId(),
    client.getBlock({ blockNumber: 0n }),
    client.getBlockNumber(),
  ]);
  return { chainId, genesis: genesis.hash, head };
}
