import type { Address, Hex } from '../hex.ts';

/** A payout that an app asked for; one row a claim, for ever. */
export type Claim = {
  id: string;
  /** Journal owner, `client:client_…`; with `claimId` it is unique. */
  owner: string;
  claimId: string;
  userId: string;
  network: string;
  token: Address;
  /** The treasury that pays. */
  payer: Address;
  recipient: Address;
  /** Atomic units. */
  amount: bigint;
  /** Client and claim id, hashed, as the payout contract knows them. */
  reference: Hex;
  /** The payout as the contract knows it: payer and reference, hashed. */
  payoutId: Hex;
  /** When a locked payout may be released; null when it is paid at once. */
  releaseAt: Date | null;
  /** The transaction that pays. */
  transactionId: string;
  /** The one that releases; null while nobody asked for it. */
  releaseTransactionId: string | null;
  createdAt: Date;
};

export type NewClaim = Omit<Claim, 'releaseTransactionId' | 'createdAt'>;

export type ClaimRepository = {
  find(owner: string, claimId: string): Promise<Claim | null>;
  /** A user's claims among payouts of the contract. */
  findPayouts(owner: string, userId: string, payoutIds: readonly Hex[]): Promise<readonly Claim[]>;
  /** False when the owner has used this claim id before; waits for a concurrent twin. */
  insert(claim: NewClaim, at: Date): Promise<boolean>;
  /** Hands the release from one transaction (null = none yet) to the next; false when somebody else was faster. */
  release(
    claim: Pick<Claim, 'owner' | 'claimId' | 'releaseTransactionId'>,
    transactionId: string,
  ): Promise<boolean>;
  /** The same claim anew, after the payout `before` did not happen; false when somebody else was faster. */
  retake(claim: NewClaim, before: string): Promise<boolean>;
};
