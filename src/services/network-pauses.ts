import type { Clock } from '#src/core/clock.ts';
import { createFresh } from '#src/core/fresh.ts';
import type { Networks } from '#src/core/networks.ts';
import type { NetworkPauseRepository } from '#src/core/ports/network-pauses.ts';

export type NetworkPausesOptions = {
  store: { networkPauses: NetworkPauseRepository };
  networks: Networks;
  clock: Clock;
};

export type NetworkPause = { network: string; pausedAt: Date | null };

/** Networks on which operators let no new payment begin; what is on its way finishes. */
export type NetworkPauses = {
  /** As of at most half a second ago, for every replica. */
  isPaused(network: string): Promise<boolean>;
  /** Resolves once no replica takes a new payment there. @throws unsupported_network */
  pause(id: string): Promise<NetworkPause>;
  /** @throws unsupported_network */
  resume(id: string): Promise<NetworkPause>;
};

/** Pauses are kept in the database, so that they outlive the process and bind all replicas. */
export function createNetworkPauses({ store, networks, clock }: NetworkPausesOptions): NetworkPauses {
  const fresh = createFresh(async () => new Set(await store.networkPauses.listPaused()));
  const set = async (id: string, at: Date | null): Promise<NetworkPause> => {
    const { name: network } = networks.get(id);
    const pausedAt = await store.networkPauses.set(network, at);
    await fresh.forget('all');
    return { network, pausedAt };
  };
  return {
    isPaused: async (network) => (await fresh.get('all')).has(network),
    pause: (id) => set(id, clock.now()),
    resume: (id) => set(id, null),
  };
}
