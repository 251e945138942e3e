import type { Address, Hex } from './hex.ts';
import type { Call, ExpectedLog } from './journal.ts';
import type { ChainAnswer, ChainQuestion } from './probe.ts';

/** Every outcome code of x402 version 2 that we answer. */
export const reasons = [
  'invalid_x402_version',
  'invalid_network',
  'unsupported_scheme',
  'invalid_payload',
  'unsupported_payload_type',
  'invalid_payment_requirements',
  'amount_too_low',
  'invalid_exact_evm_scheme',
  'invalid_exact_evm_network_mismatch',
  'invalid_exact_evm_missing_eip712_domain',
  'invalid_exact_evm_signature',
  'invalid_exact_evm_recipient_mismatch',
  'invalid_exact_evm_payload_authorization_valid_before',
  'invalid_exact_evm_payload_authorization_valid_after',
  'invalid_exact_evm_payload_authorization_value_mismatch',
  'invalid_exact_evm_eip3009_not_supported',
  'invalid_exact_evm_nonce_already_used',
  'invalid_exact_evm_token_name_mismatch',
  'invalid_exact_evm_token_version_mismatch',
  'invalid_exact_evm_insufficient_balance',
  'invalid_exact_evm_transaction_simulation_failed',
  'invalid_exact_evm_transaction_failed',
  'invalid_exact_evm_transfer_event_mismatch',
  'eip6492_factory_not_allowed',
  'duplicate_settlement',
  'settlement_pending',
] as const;

export type Reason = (typeof reasons)[number];

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
  scheme: string;
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
  /** Identifies what was signed together with its signature: who knows both was authorised once. */
  proof: string;
  /** What is already known to be wrong. */
  refusal: Refusal | null;
  /** Recipient or value do not fit the requirements, whatever the time. */
  mismatch: Refusal | null;
  question: ChainQuestion;
  judge(answer: ChainAnswer): Verdict | { diagnose: ChainQuestion; explain(answer: ChainAnswer): Refusal };
  settlement: SettlementPlan;
};

/** Shorthand for a refusal. */
export function refuse(reason: Reason, message: string): Refusal {
  return { valid: false, reason, message };
}

/** The protocol, over ports. Refusals are values; a throw means that nobody could tell. */
export type PaymentEngine = {
  /** Reads a body of either version. */
  parse(body: unknown): PaymentRequest | Refusal | Unreadable;
  /** Every rule that needs no chain. */
  prepare(request: PaymentRequest): Promise<PreparedPayment | Refusal | Unreadable>;
  /** The rest of the rules: one round trip, a second one only to say why a simulation failed. */
  verify(payment: PreparedPayment): Promise<Verdict>;
  /** A reason in the words of a version. */
  word(version: X402Version, reason: Reason): string;
  /** Kinds of payment that can be taken. */
  schemes: readonly { scheme: string; method: string; versions: readonly X402Version[] }[];
};
