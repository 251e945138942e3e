import type { Clock } from '#src/core/clock.ts';
import type { Address } from '#src/core/hex.ts';
import type { Networks } from '#src/core/networks.ts';
import type { LaneStatus, LaneStatusRepository } from '#src/core/ports/lanes.ts';

export type SignerStatusOptions = {
  store: { laneStatus: LaneStatusRepository };
  networks: Pick<Networks, 'list'>;
  clock: Clock;
  laneOf(network: string): string;
  /** Settlement signers. */
  addresses: readonly Address[];
  /** Wei and next nonce of each address, null while the network does not answer. Must answer quickly. */
  look(network: string): Promise<readonly { balance: bigint; nonce: bigint }[] | null>;
};

export type SignerState = {
  address: Address;
  /** Wei; null while the network does not answer. */
  balance: bigint | null;
  /** The chain's next nonce. */
  nonce: bigint | null;
  /** Nonces between the chain's next one and ours that nobody has signed: above 0 nothing can be included. */
  nonceGap: number | null;
  /** Nonces that are signed and in no block yet. */
  inFlight: number;
};

export type SettlementLane = {
  network: string;
  queued: number;
  oldestUnsettledSeconds: number | null;
  signers: SignerState[];
};

/** How the settlement signers stand, network by network. */
export function createSignerStatus(options: SignerStatusOptions): () => Promise<SettlementLane[]> {
  const { store, networks, clock, laneOf, look } = options;
  return () =>
    Promise.all(
      networks.list().map(async ({ name: network }) => {
        const [lane, seen] = await Promise.all([store.laneStatus.get(laneOf(network)), look(network)]);
        const { queued, oldestAt } = lane;
        return {
          network,
          queued,
          oldestUnsettledSeconds:
            oldestAt && Math.max(0, (clock.now().getTime() - oldestAt.getTime()) / 1000),
          signers: options.addresses.map((address, i) => stateOf(address, lane, seen?.[i] ?? null)),
        };
      }),
    );
}

function stateOf(
  address: Address,
  lane: LaneStatus,
  seen: { balance: bigint; nonce: bigint } | null,
): SignerState {
  const open = lane.open.find(({ sender }) => sender.toLowerCase() === address.toLowerCase());
  const gap = open && seen ? Number(open.lowestNonce - seen.nonce) : 0;
  return {
    address,
    balance: seen?.balance ?? null,
    nonce: seen?.nonce ?? null,
    nonceGap: seen && Math.max(0, gap),
    inFlight: open?.nonces ?? 0,
  };
}
