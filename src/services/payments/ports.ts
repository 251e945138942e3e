import type { Clock } from '#src/core/clock.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import type { SettlementRepository } from '#src/core/ports/settlements.ts';
import type { Journal } from '#src/services/journal.ts';
import type { PaymentEngine } from '#src/core/payment.ts';
import type { PaymentTellers } from './telling.ts';

type Repositories = Omit<JournalStore, 'transaction'> &
  PaymentTellers & { settlements: SettlementRepository };
type PaymentStore = Repositories & {
  transaction<T>(fn: (store: JournalStore & Repositories) => Promise<T>): Promise<T>;
};

export type PaymentsOptions = {
  engine: PaymentEngine;
  store: PaymentStore;
  journal: Pick<Journal, 'submit' | 'submitMany' | 'wait' | 'wake'>;
  evidence: {
    /** True or false once the transaction is in a block, null before. */
    proves(network: string, hash: Hex, expect: readonly ExpectedLog[]): Promise<boolean | null>;
    /** `trace`: hex digits that the transaction's input must hold as well. */
    find(
      network: string,
      expect: readonly ExpectedLog[],
      trace?: string,
    ): Promise<{ txHash: Hex; blockNumber: bigint } | null>;
  };
  /** Which keys of a tenant hear of payments on a network. */
  environmentOf(network: string): 'test' | 'live';
  /** The lane of a network's signers. */
  laneOf(network: string): string;
  clock: Clock;
  /** False while the operator has paused a network, or when it has no signer. */
  mayTake(network: string): Promise<boolean>;
  /** Longest that a settle call waits for its block, ms. */
  settleTimeoutMs: number;
  /** Hears of every verdict of a verify call that the rules of a token were asked for; must not throw or wait. */
  onVerdict(fact: { owner: string; network: string; asset: Address; reason: string }): void;
  /** How long a positive verdict may be re-used for the same request, ms. */
  verdictMs: number;
};

/** Who asks, as far as payments care. */
export type Merchant = {
  owner: string;
  clientId: string;
  /** The only payees this key may take payments for, lower-case; null = any. */
  payTo: readonly Address[] | null;
};

export type VerifyAnswer = {
  isValid: boolean;
  /** In the words of the version asked; '' when valid. */
  reason: string;
  message: string | null;
  /** EIP-55; '' unless valid. */
  payer: string;
  at: Date;
  cached: boolean;
};

export type SettleAnswer = {
  success: boolean;
  reason: string;
  message: string | null;
  /** '' when nothing was sent. */
  transaction: string;
  /** As the caller spelled it. */
  network: string;
  payer: string;
  amount: bigint | null;
  blockNumber: bigint;
  at: Date;
  /** The same answer as before, by Idempotency-Key. */
  replayed: boolean;
};
