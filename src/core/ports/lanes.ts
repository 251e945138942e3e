import type { Address } from '../hex.ts';

/** How a lane stands, from the journal. */
export type LaneStatus = {
  /** Transactions that wait for their turn. */
  queued: number;
  /** When the oldest one came in that is not in a final state. */
  oldestAt: Date | null;
  /** What each key has signed that is in no block yet. */
  open: readonly { sender: Address; nonces: number; lowestNonce: bigint }[];
};

export type LaneStatusRepository = { get(lane: string): Promise<LaneStatus> };
