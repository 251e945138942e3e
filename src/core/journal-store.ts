import type { Hex } from './hex.ts';
import type { EventRepository, OwnedEvent } from './ports/events.ts';
import type {
  IdempotencyKey,
  NewTransaction,
  Submission,
  Transaction,
  TransactionError,
  TransactionStatus,
} from './journal.ts';

/** Proof of being the lane's only writer: every write of the engine names it and fails when it is no longer true. */
export type Lease = { lane: string; owner: string; epoch: number; ttlMs: number };

/** A transaction with the journal's own marks. */
export type JournalTransaction = Transaction & {
  /** Order in its lane. */
  seq: bigint;
  /** Must travel alone. */
  solo: boolean;
  /** Times it was put back into the queue. */
  requeues: number;
};

/** An outbox row. */
export type NewEvent = { id: string; type: string; data: Record<string, unknown> };

/** New values of a transaction that is still in state `from`; nothing happens when it is not. */
export type TransactionChange = {
  id: string;
  owner: string;
  from: TransactionStatus;
  status: TransactionStatus;
  solo: boolean;
  requeues: number;
  userOpHash: Hex | null;
  txHash: Hex | null;
  blockNumber: bigint | null;
  blockHash: Hex | null;
  gasUsed: bigint | null;
  sponsorCost: bigint | null;
  error: TransactionError | null;
  event: NewEvent | null;
};

export type SubmissionChange = Pick<
  Submission,
  'id' | 'state' | 'txHash' | 'blockNumber' | 'blockHash' | 'sentAt'
>;
export type LegChange = { submissionId: string; transactionId: string; success: boolean | null };

/** State changes that become true together. */
export type JournalChanges = {
  at: Date;
  submissions: SubmissionChange[];
  legs: LegChange[];
  transactions: TransactionChange[];
};

export type TransactionMatch = {
  userId?: string;
  types?: readonly string[];
  status?: TransactionStatus;
  network?: string;
  /** Of one token of the owner. */
  tokenId?: string;
  /** Sent by this account, EIP-55. */
  from?: string;
};

export type TransactionFilter = TransactionMatch & {
  /** Id of the last row of the page before. */
  after?: string;
  limit: number;
};

/** One submission, as the transaction that it carries sees it. */
export type TransactionAttempt = Pick<
  Submission,
  | 'id'
  | 'state'
  | 'hash'
  | 'nonce'
  | 'maxFeePerGas'
  | 'maxPriorityFeePerGas'
  | 'txHash'
  | 'blockNumber'
  | 'createdAt'
  | 'sentAt'
> & {
  replaces: Hex | null;
  /** Transactions that it carries. */
  batchSize: number;
  success: boolean | null;
};

export type TransactionRepository = {
  insert(transaction: NewTransaction, at: Date): Promise<Transaction>;
  /** One statement for all; answers and lane order follow the argument's order. */
  insertMany(transactions: readonly NewTransaction[], at: Date): Promise<Transaction[]>;
  find(owner: string, id: string): Promise<Transaction | null>;
  /** Newest first. */
  list(owner: string, filter: TransactionFilter): Promise<Transaction[]>;
  count(owner: string, filter: TransactionMatch): Promise<number>;
  /** Ends a transaction that is still queued; false when it is signed or over. */
  cancel(id: string, error: TransactionError, at: Date): Promise<boolean>;
  /** Every submission that carries or carried it, oldest first. */
  listAttempts(id: string): Promise<TransactionAttempt[]>;
  /** Notes by which transaction a failed one is tried again; false when it is not failed, or that was noted before. */
  claimRetry(owner: string, id: string, next: string): Promise<boolean>;
  /** An outbox row beside the journal's own. */
  tell(owner: string, event: NewEvent, at: Date): Promise<void>;
  /** Journal only: whoever owns them. */
  findMany(ids: readonly string[]): Promise<JournalTransaction[]>;
};

export type JournalRepository = {
  /** Takes a free or expired lane; else says in how many ms it may be free. */
  acquireLease(lane: string, owner: string, ttlMs: number): Promise<{ lease: Lease } | { retryInMs: number }>;
  /** False when somebody else has the lane. */
  renewLease(lease: Lease): Promise<boolean>;
  releaseLease(lease: Lease): Promise<void>;
  /** Pending transactions in lane order. */
  listQueued(lane: string, limit: number): Promise<JournalTransaction[]>;
  /** Open submissions of a lane with all others of their nonces, oldest first. */
  listOpen(lane: string): Promise<Submission[]>;
  /** Writes a signed submission, moves its pending legs to submitted and writes the events that tell of it. */
  insertSubmission(
    lease: Lease,
    submission: Submission,
    events: readonly OwnedEvent[],
  ): Promise<'written' | 'lease_lost' | 'legs_changed'>;
  /** Writes a fee bump beside the submission it replaces, and the events that tell of it. */
  insertReplacement(
    lease: Lease,
    submission: Submission,
    events: readonly OwnedEvent[],
  ): Promise<'written' | 'lease_lost'>;
  /** Ids of the transactions that changed; null when the lease is lost (then nothing changed). */
  apply(lease: Lease, changes: JournalChanges): Promise<string[] | null>;
  /** Lanes with unfinished transactions; with `settled`, also those whose confirmed ones are still watched. */
  listLanesWithWork(settled: boolean): Promise<string[]>;
};

export type IdempotencyRepository = {
  /** What a key stands for; null when it is free at `at`, or taken by a database transaction that is still open. */
  find(key: IdempotencyKey, at: Date): Promise<{ fingerprint: string; transactionId: string | null } | null>;
  /**
   * Null when the key is new and now taken, for `transactionId` when given, by this database transaction; waits for a
   * concurrent twin.
   */
  claim(
    key: IdempotencyKey,
    at: Date,
    expiresAt: Date,
    transactionId?: string,
  ): Promise<{ fingerprint: string; transactionId: string | null } | null>;
  bind(key: IdempotencyKey, transactionId: string): Promise<void>;
  /** Removes expired keys, at most `limit`; returns how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};

/** What the journal needs of the database; `transaction` binds all of it to one database transaction. */
export type JournalStore = {
  transactions: TransactionRepository;
  journal: JournalRepository;
  idempotency: IdempotencyRepository;
  events: Pick<EventRepository, 'insert'>;
  transaction<T>(fn: (store: JournalStore) => Promise<T>): Promise<T>;
};
