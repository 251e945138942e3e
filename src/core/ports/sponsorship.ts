import type { Address } from '../hex.ts';
import type { Call, Transaction, TransactionError } from '../journal.ts';
import type { SponsorshipPolicy, SponsorshipUsage } from '../sponsorship.ts';

/** What is held (wei) for a transaction against its owner's budget of a day; `budget` null = no limit. */
export type Hold = { transactionId: string; owner: string; cost: bigint; budget: bigint | null };

/** What a transaction has cost so far; no longer held when `final`. */
export type Settlement = { transactionId: string; owner: string; spent: bigint; final: boolean };

export type SponsorshipRepository = {
  /** The policy of a journal owner; null when it has none: all is sponsored. */
  policyOf(owner: string): Promise<SponsorshipPolicy | null>;
  /** Begins the account of a transaction; false, and nothing written, when the day's budget does not cover it. */
  reserve(hold: Hold & { day: string }): Promise<boolean>;
  /** Holds another amount than before; false, and nothing changed, when the day's budget does not cover it. */
  hold(hold: Hold): Promise<boolean>;
  /** What was spent instead of what was held; safe to repeat. */
  settle(list: readonly Settlement[]): Promise<void>;
  usage(owner: string, day: string): Promise<SponsorshipUsage>;
};

/** A guess before anything is signed: gas of the calls alone, and the most that an operation of them asks for. */
export type OperationQuote = { callGas: bigint; maxCost: bigint };

/** @throws chain_unavailable */
export type QuoteOperation = (
  network: string,
  account: Address,
  calls: readonly Call[],
) => Promise<OperationQuote>;

/** Asked by whoever builds operations, once their gas is known and before they are signed. */
export type SponsorGate = {
  /** Gas one operation of the owner may ask for; null when nothing limits it. */
  maxGas(owner: string): Promise<bigint | null>;
  /** Holds `cost` (wei) for each transaction; answers those that must not be signed, and why. */
  hold(
    costs: readonly { transaction: Transaction; cost: bigint }[],
  ): Promise<{ id: string; error: TransactionError }[]>;
  /** Why an operation that asks for more gas than allowed is not signed. */
  overGas(gas: bigint, maxGas: bigint): TransactionError;
};
