import type { Clock } from '#src/core/clock.ts';
import type { Hex } from '#src/core/hex.ts';
import type { NetworkSettings } from '#src/core/networks.ts';

export type ChainIdentityPorts = {
  store: {
    networks: {
      claimGenesis(network: string, genesisHash: Hex, at: Date): Promise<Hex>;
      findHead(network: string): Promise<bigint | null>;
    };
  };
  /** What the RPC says. */
  identify(network: NetworkSettings): Promise<{ chainId: number; genesis: Hex; head: bigint }>;
  clock: Clock;
};

/** The settings, the database and the chain do not belong together; the process must not start. */
export class ChainMismatchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChainMismatchError';
  }
}

/** Makes sure that a network is the very chain this database has written about. @throws ChainMismatchError */
export async function verifyChain(ports: ChainIdentityPorts, network: NetworkSettings): Promise<void> {
  const { chainId, genesis, head } = await ports.identify(network);
  if (chainId !== network.chainId) {
    throw new ChainMismatchError(
      `the RPC of ${network.name} serves chain ${chainId}, not ${network.chainId}: check its RPC_URL`,
    );
  }
  const known = await ports.store.networks.claimGenesis(network.name, genesis, ports.clock.now());
  const remedy = network.simulated
    ? 'run `npm run reset` to start both afresh'
    : 'check its RPC_URL and DATABASE_URL';
  if (known !== genesis) {
    throw new ChainMismatchError(
      `this database belongs to another chain than the ${network.name} it was given: ${remedy}`,
    );
  }
  const seen = await ports.store.networks.findHead(network.name);
  // A hosted node may lag by some blocks; a local chain that lost blocks has lost its state.
  if (network.simulated && seen !== null && head < seen) {
    throw new ChainMismatchError(
      `the chain of ${network.name} ends at block ${head}, the journal has seen ${seen}: ${remedy}`,
    );
  }
}
