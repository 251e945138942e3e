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

/** How the lanes of a network's smart accounts stand together. */
export type AccountLanesStatus = {
  network: string;
  /** Writes that wait for an operation of their account. */
  queued: number;
  /** User operations that are signed and in no block yet. */
  inFlight: number;
  /** When the oldest write came in that is not in a final state. */
  oldestAt: Date | null;
};

export type LaneStatusRepository = {
  get(lane: string): Promise<LaneStatus>;
  /** Networks on which nothing is open are absent. */
  ofAccounts(): Promise<AccountLanesStatus[]>;
};
