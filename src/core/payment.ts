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
  'asset_not_deployed_contract',
  'invalid_permit2_spender',
  'invalid_permit2_recipient_mismatch',
  'invalid_permit2_signature',
  'permit2_deadline_expired',
  'permit2_not_yet_valid',
  'permit2_amount_mismatch',
  'permit2_token_mismatch',
  'permit2_invalid_nonce',
  'permit2_allowance_required',
  'permit2_insufficient_balance',
  'permit2_proxy_not_deployed',
  'permit2_simulation_failed',
  'permit2_2612_amount_mismatch',
  'invalid_eip2612_extension_format',
  'eip2612_from_mismatch',
  'eip2612_asset_mismatch',
  'eip2612_spender_not_permit2',
  'eip2612_deadline_expired',
  'invalid_upto_evm_scheme',
  'invalid_upto_evm_network_mismatch',
  'invalid_upto_evm_payload_settlement_exceeds_amount',
  'invalid_upto_evm_transaction_failed',
  'upto_facilitator_mismatch',
  'duplicate_settlement',
  'settlement_pending',
] as const;

export type Reason = (typeof reasons)[number];

/** The authorization was used (or cancelled): somebody else may have put the payment on the chain. */
export const spentReasons: readonly Reason[] = [
  'invalid_exact_evm_nonce_already_used',
  'permit2_invalid_nonce',
];

export type X402Version = 1 | 2;

/** What a request is for: `upto` asks for all that was permitted at verify, for what was used at settle. */
export type Purpose = 'verify' | 'settle';

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
  /** Name of the resource in the catalogue; '' when not told. */
  offer: string;
};

/** Refused by a rule of the protocol: an expected outcome, never an error. */
export type Refusal = { valid: false; reason: Reason; message: string };
/** `payer` is lower-case. */
export type Acceptance = {
  valid: true;
  payer: Address;
  /** Unix seconds of the block that said so. */
  asOf?: bigint;
};
export type Verdict = Acceptance | Refusal;

/** A request that can't be read: 400, unlike a refusal. */
export type Unreadable = { fault: 'invalid_request' | 'invalid_payload'; field: string; message: string };

/** How a payment is put on the chain, and the logs that prove it. */
export type SettlementPlan = {
  /** None when there is nothing to pay. */
  calls: readonly Call[];
  expect: readonly ExpectedLog[];
  /** Gas that the calls may use, call data apart. */
  gas: bigint;
  /** The one key that may send it (lower-case); absent = anybody, and it may share a batch. */
  sender?: Address;
  /** It asks code of the payer's, which could burn the gas of a batch, so it shares none. */
  alone?: boolean;
  /** Follows the call data of whatever transaction carries it (ERC-8021). */
  suffix?: Hex;
  /** Hex digits that the input of any transaction with this payment holds, when no log names the nonce. */
  trace?: string;
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
  /**
   * The payer's name of the payment, and what tells it from another one: all of it, or what was signed alone where a part
   * may be settled.
   */
  identifier?: { id: string; by: 'fingerprint' | 'proof' };
  /** What is already known to be wrong. */
  refusal: Refusal | null;
  /** Recipient or value do not fit the requirements, whatever the time. */
  mismatch: Refusal | null;
  question: ChainQuestion;
  judge(answer: ChainAnswer): Verdict | { diagnose: ChainQuestion; explain(answer: ChainAnswer): Refusal };
  settlement: SettlementPlan;
  /** How its scheme calls a spent nonce, a simulation and a transaction that failed. */
  words: { spent: Reason; simulation: Reason; failed: Reason };
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
  prepare(request: PaymentRequest, purpose: Purpose): Promise<PreparedPayment | Refusal | Unreadable>;
  /** The rest of the rules: one round trip, a second one only to say why a simulation failed. */
  verify(payment: PreparedPayment): Promise<Verdict>;
  /** A reason in the words of a version. */
  word(version: X402Version, reason: Reason): string;
  /** Kinds of payment that can be taken. */
  schemes: readonly {
    scheme: string;
    method: string;
    versions: readonly X402Version[];
    /** What is settled may be less than what was accepted, by a key that the payer names. */
    partial?: boolean;
  }[];
};
