import { fail } from './errors.ts';
import type { Address } from './hex.ts';

/** One chain as the process is told to use it. */
export type NetworkSettings = {
  /** Our id, the x402 v1 name: `base-sepolia`. */
  name: string;
  /** For people: `Base Sepolia`. */
  title: string;
  chainId: number;
  testnet: boolean;
  /** A local chain that stands in for the real one. */
  simulated: boolean;
  /** Tried in order; the next one serves when one fails. */
  rpcUrls: readonly string[];
  bundlerUrl: string | null;
  /** ERC-7677 endpoint that pays for user operations. */
  paymasterUrl: string | null;
  /** Blocks, the inclusion block counted, after which a transaction is final. */
  confirmations: number;
  /** Payments that may share a settlement transaction, ≤ 150 (a transaction is capped at 16.78M gas); 1 = no batches. */
  settleBatch: number;
  /** Contracts of ours on this chain; null where they are not deployed. */
  contracts: { token: Address | null; mintVouchers: Address | null; tokenLock: Address | null };
};

/** The chains of this process; look-ups take our id or the CAIP-2 id. */
export type Networks = {
  default: NetworkSettings;
  list(): readonly NetworkSettings[];
  find(id: string): NetworkSettings | undefined;
  /** @throws unsupported_network */
  get(id: string): NetworkSettings;
};

/** CAIP-2 id: `eip155:84532`. */
export function caip2(network: Pick<NetworkSettings, 'chainId'>): string {
  return `eip155:${network.chainId}`;
}

/** Whose keys reach a network: test keys test networks and local chains, live keys the others. */
export function environmentOf(network: Pick<NetworkSettings, 'testnet' | 'simulated'>): 'test' | 'live' {
  return network.testnet || network.simulated ? 'test' : 'live';
}

type KnownNetwork = Pick<NetworkSettings, 'chainId' | 'title' | 'testnet'>;

/** Names of x402 version 1 and what they stand for; configuration may name others with their chain id. */
export const knownNetworks: Readonly<Record<string, KnownNetwork>> = {
  ethereum: { chainId: 1, title: 'Ethereum', testnet: false },
  sepolia: { chainId: 11155111, title: 'Sepolia', testnet: true },
  base: { chainId: 8453, title: 'Base', testnet: false },
  'base-sepolia': { chainId: 84532, title: 'Base Sepolia', testnet: true },
  polygon: { chainId: 137, title: 'Polygon', testnet: false },
  'polygon-amoy': { chainId: 80002, title: 'Polygon Amoy', testnet: true },
  avalanche: { chainId: 43114, title: 'Avalanche', testnet: false },
  'avalanche-fuji': { chainId: 43113, title: 'Avalanche Fuji', testnet: true },
  abstract: { chainId: 2741, title: 'Abstract', testnet: false },
  'abstract-testnet': { chainId: 11124, title: 'Abstract Testnet', testnet: true },
  sei: { chainId: 1329, title: 'Sei', testnet: false },
  'sei-testnet': { chainId: 1328, title: 'Sei Testnet', testnet: true },
  iotex: { chainId: 4689, title: 'IoTeX', testnet: false },
  peaq: { chainId: 3338, title: 'peaq', testnet: false },
  celo: { chainId: 42220, title: 'Celo', testnet: false },
};

/** Registry over the configured chains. Two of one name or chain id are a mistake and throw. */
export function createNetworks(settings: readonly NetworkSettings[], defaultName: string): Networks {
  const byId = new Map<string, NetworkSettings>();
  for (const network of settings) {
    for (const id of [network.name, caip2(network)]) {
      if (byId.has(id)) throw new Error(`network ${id} is configured twice`);
      byId.set(id, network);
    }
  }
  const standard = byId.get(defaultName);
  if (!standard) throw new Error(`the default network ${defaultName} is not configured`);
  return {
    default: standard,
    list: () => settings,
    find: (id) => byId.get(id),
    get(id) {
      const network = byId.get(id);
      if (!network)
        throw fail('unsupported_network', { field: 'network', message: `network ${id} is not supported` });
      return network;
    },
  };
}
