import type { Address, Hex } from './hex.ts';

/** A read-only call. */
export type View = { to: Address; data: Hex };

/** What a payment wants to know of the chain, answered from one block in one round trip. */
export type ChainQuestion = {
  /** Answered first, and free of the simulation's effects. */
  reads: readonly View[];
  /** Reads that only tell why a simulation failed: answered behind the others where the question stands alone, left out in company. */
  whys?: readonly View[];
  /** Calls run in order after the reads, each on the effects of the one before. */
  simulation: readonly View[];
  /** Gas that the simulation may use. */
  gas: bigint;
  /** Who makes the simulated call (then there is just one); absent = it does not matter. */
  sender?: Address;
  /** Lower-case. Told when nothing but their balances and the payer's own nonce decides: then questions may share a call. */
  between?: { payer: Address; payTo: Address };
};

export type CallResult = { ok: boolean; data: Hex };

export type ChainAnswer = {
  /** Unix seconds of the block that answered. */
  timestamp: bigint;
  reads: readonly CallResult[];
  simulation: readonly CallResult[];
};
