import type { Address, Hex } from '../hex.ts';
import type { Effect } from './tokens.ts';

/** A payout as the payout contract knows it. */
export type Payout = {
  token: Address;
  payer: Address;
  recipient: Address;
  /** Atomic units. */
  amount: bigint;
  /** Client and claim id, hashed; a payer uses each once. */
  reference: Hex;
  /** Unix seconds until which the contract holds the tokens; null: paid at once. */
  releaseTime: bigint | null;
};

/** A payout that a block holds, `id` from payer and reference. */
export type LoggedPayout = Payout & { id: Hex };

/** What a block says of a transaction. */
export type PayoutProof = {
  blockNumber: bigint;
  /** Blocks from its own to the head, at least 1. */
  confirmations: number;
  /** Payouts whose tokens moved with them. */
  payouts: readonly LoggedPayout[];
};

/** Payouts that the chain itself lets happen once per payer and reference. */
export type PayoutPort = {
  /** Where payouts of a network happen. @throws unsupported_network */
  contract(network: string): Address;
  referenceOf(clientId: string, claimId: string): Hex;
  idOf(payer: Address, reference: Hex): Hex;
  /** @throws unsupported_network */
  payment(network: string, payout: Payout): Effect;
  /** What the chain says of a payout. @throws chain_unavailable */
  isPaid(network: string, id: Hex): Promise<boolean>;
  /** A locked payout on the chain; null when there is none. @throws chain_unavailable */
  lock(network: string, id: Hex): Promise<{ released: boolean } | null>;
  /** @throws unsupported_network */
  release(network: string, payout: Pick<LoggedPayout, 'id' | 'token' | 'recipient' | 'amount'>): Effect;
  /** Null when no block has the transaction. @throws unsupported_network, chain_unavailable */
  proof(network: string, txHash: Hex): Promise<PayoutProof | null>;
};
