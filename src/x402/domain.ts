import type { Address, Hex } from '#src/core/hex.ts';
import type { Call, ExpectedLog } from '#src/core/journal.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';
import type { Reason } from './reasons.ts';

export type X402Version = 1 | 2;

/** A chain as the protocol names it: `base-sepolia` (v1) is `eip155:84532` (v2) is 84532. */
export type PaymentNetwork = { name: string; chainId: number };

/** What the merchant asks for. Addresses are lower-case, amounts atomic units. */
export type Requirements = {
  scheme: string;
  /** As the merchant spelled it; answers echo it. */
  network: string;
  amount: bigint;
  asset: Address;
  payTo: Address;
  maxTimeoutSeconds: number;
  extra: Readonly<Record<string, unknown>>;
  /** The URL or path that is paid for; '' when not told. */
  resource: string;
  raw: Readonly<Record<string, unknown>>;
};

/** A verify or settle request of either version, read and bounded but not yet judged. */
export type PaymentRequest = {
  version: X402Version;
  scheme: string;
  /** As the payer spelled it. */
  network: string;
  requirements: Requirements;
  /** v2: the requirements the payer says it accepted. */
  accepted: Readonly<Record<string, unknown>> | null;
  /** The scheme's own object, decoded. */
  payload: Readonly<Record<string, unknown>>;
  extensions: Readonly<Record<string, unknown>>;
};

/** Refused by a rule of the protocol: an expected outcome, never an error. */
export type Refusal = { valid: false; reason: Reason; message: string };
/** `payer` is lower-case. */
export type Acceptance = { valid: true; payer: Address };
export type Verdict = Acceptance | Refusal;

/** A request that can't be read: 400, unlike a refusal. */
export type Unreadable = { fault: 'invalid_request' | 'invalid_payload'; field: string; message: string };

/** How a payment is put on the chain, and the logs that prove it. */
export type SettlementPlan = {
  calls: readonly Call[];
  expect: readonly ExpectedLog[];
  /** Gas that the calls may use, call data apart. */
  gas: bigint;
};

/** A payment whose own fields are in order; what is left to know stands on the chain. */
export type PreparedPayment = {
  /** `eip3009`, `permit2`, … */
  method: string;
  chainId: number;
  /** Our name of the network. */
  network: string;
  asset: Address;
  payer: Address;
  payTo: Address;
  /** With chain, asset and payer the identity of the payment, 32 bytes. */
  nonce: Hex;
  /** Atomic units that will move. */
  amount: bigint;
  /** Unix seconds; the chain refuses it from then on. */
  validBefore: bigint;
  /** Identifies payload and requirements together: equal ones have equal verdicts. */
  fingerprint: string;
  question: ChainQuestion;
  judge(answer: ChainAnswer): Verdict | { diagnose: ChainQuestion; explain(answer: ChainAnswer): Refusal };
  settlement: SettlementPlan;
};

/** Shorthand for a refusal. */
export function refuse(reason: Reason, message: string): Refusal {
  return { valid: false, reason, message };
}
