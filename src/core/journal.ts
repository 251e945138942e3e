import type { Address, Hex } from './hex.ts';

/** One contract call of an intent; value in wei. */
export type Call = { to: Address; data: Hex; value: bigint };

/** A log the receipt must hold for the intent to count as done (exact topics, exact data). */
export type ExpectedLog = { address: Address; topics: readonly Hex[]; data?: Hex };

/** pending → submitted → confirmed | failed. A reorg moves submitted/confirmed back. */
export type TransactionStatus = 'pending' | 'submitted' | 'confirmed' | 'failed';

/** `reason` is the stable class of the failure (NONCE_CONFLICT, EXPIRED, …); `revertReason` the decoded revert. */
export type TransactionError = { code: string; message: string; reason?: string; revertReason?: string };

/** What a caller sees of an on-chain write: the intent and where it stands. */
export type Transaction = {
  id: string;
  /** Principal owner, `client:client_…`. */
  owner: string;
  /** The app's user it belongs to, when there is one. */
  userId: string | null;
  /** mint, transfer, claim, settlement, … */
  type: string;
  network: string;
  /** The lane it travels on: `account:<network>:<address>` or `signers:<network>`. */
  lane: string;
  calls: readonly Call[];
  expect: readonly ExpectedLog[];
  /** Domain facts kept with the intent (JSON-safe). */
  meta: Readonly<Record<string, unknown>>;
  status: TransactionStatus;
  userOpHash: Hex | null;
  txHash: Hex | null;
  blockNumber: bigint | null;
  blockHash: Hex | null;
  gasUsed: bigint | null;
  /** Wei paid by the sponsor (paymaster or signer) for this transaction's share. */
  sponsorCost: bigint | null;
  error: TransactionError | null;
  createdAt: Date;
  updatedAt: Date;
};

export type NewTransaction = Pick<Transaction, 'owner' | 'type' | 'network' | 'lane' | 'calls'> &
  Partial<Pick<Transaction, 'id' | 'userId' | 'expect' | 'meta'>>;

/** Signed bytes of one attempt. `raw` is JSON-safe (serialised user operation or raw transaction). */
export type SignedSubmission = {
  kind: 'user_operation' | 'transaction';
  /** userOpHash or transaction hash; known before sending. */
  hash: Hex;
  raw: string;
  /** The key that signs and pays nonces: smart account or signer address. */
  sender: Address;
  nonce: bigint;
  /** Unix seconds after which the chain will refuse it; null = never. */
  validUntil: number | null;
  /** Hash of the submission of the same nonce that this one replaces (fee bump). */
  replaces?: Hex;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
};

export type Submission = SignedSubmission & {
  id: string;
  lane: string;
  network: string;
  /** Ids of the transactions it carries, in leg order. */
  legs: readonly string[];
  /** signed → sent → included (in a block) → settled (confirmed, watched for reorgs) → final | dead (can't be included). */
  state: 'signed' | 'sent' | 'included' | 'settled' | 'final' | 'dead';
  epoch: number;
  /** Where it was last seen in a block. */
  txHash: Hex | null;
  blockNumber: bigint | null;
  blockHash: Hex | null;
  createdAt: Date;
  sentAt: Date | null;
};

/** What the chain says of one leg once its submission is in a block. */
export type LegOutcome = {
  transactionId: string;
  success: boolean;
  gasUsed: bigint | null;
  sponsorCost: bigint | null;
  error?: TransactionError;
  /** A leg that failed without an effect and may be tried again alone, once. */
  retryAlone?: boolean;
};

/**
 * pending: keep watching (and re-send the same bytes) · included · dead: can never be included (replaced, expired).
 * Say dead only of what one block at the network's confirmation depth proves: its transactions are sent anew.
 */
export type SubmissionOutcome =
  | { state: 'pending' }
  | {
      state: 'included';
      txHash: Hex;
      blockNumber: bigint;
      blockHash: Hex;
      confirmations: number;
      legs: LegOutcome[];
    }
  | { state: 'dead'; reason: 'replaced' | 'expired'; error: TransactionError };

/** What `prepare` made of the queued transactions. */
export type Prepared = {
  /** Signed and ready to be written down, null when nothing is left to send. */
  submission: SignedSubmission | null;
  /** Ids carried by `submission`, in leg order. */
  legs: string[];
  /** Transactions that failed their simulation and must not be sent. */
  rejected: { id: string; error: TransactionError }[];
};

/** How one kind of lane turns queued transactions into bytes on the chain. The journal engine owns all state. */
export type LaneExecutor = {
  kind: SignedSubmission['kind'];
  /** Submissions of a lane that may be open at once. */
  maxInFlight: number;
  /** Transactions that one submission may carry. */
  maxLegs: number;
  /** Longest pause between two looks at the chain (default 500 ms); a new head may `poke` the engine earlier. */
  pollMs?: number;
  /**
   * Simulates, batches and signs; must not send. `open` are the lane's submissions still in flight.
   * What is neither a leg nor rejected stays queued. A throw means "try again later".
   */
  prepare(lane: string, queued: readonly Transaction[], open: readonly Submission[]): Promise<Prepared>;
  /** Sends already journalled bytes; must be idempotent. A throw means "unknown", never "not sent". */
  send(submission: Submission): Promise<void>;
  /** Asks the chain, never the bundler alone. */
  check(submission: Submission, transactions: readonly Transaction[]): Promise<SubmissionOutcome>;
  /** A replacement of the same nonce with higher fees, or null when none is due; with `hurry` one is due in any market. */
  bump?(
    submission: Submission,
    transactions: readonly Transaction[],
    how?: { hurry: boolean },
  ): Promise<SignedSubmission | null>;
};

/** Idempotency of one write: same key + same fingerprint ⇒ the first transaction; other fingerprint ⇒ idempotency_conflict. */
export type IdempotencyKey = { owner: string; operation: string; key: string; fingerprint: string };
