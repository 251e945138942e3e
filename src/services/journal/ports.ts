import type { Clock } from '#src/core/clock.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { LaneExecutor, Transaction } from '#src/core/journal.ts';

export type JournalLog = Record<
  'debug' | 'info' | 'warn' | 'error',
  (facts: object, message: string) => void
>;

/** Moments of a write's life, in order, where a test may end the process. */
export type Checkpoint =
  | 'after_row'
  | 'after_sign'
  | 'after_record'
  | 'after_send'
  | 'before_receipt'
  | 'before_final'
  | 'after_final';

/** Word between replicas; messages may be lost or doubled. */
export type Notifier<Topic extends string = 'lane' | 'transactions'> = {
  publish(topic: Topic, payload: string): void;
  /** What other replicas say of the topics; resolves to a function that stops listening. */
  subscribe<T extends Topic>(
    topics: readonly T[],
    onMessage: (topic: T, payload: string) => void,
  ): Promise<() => Promise<void>>;
};

export type JournalTiming = {
  /** Life of a lane's lease without a renewal, ms. */
  leaseMs: number;
  /** How long an idle lane stays leased, so that the next write starts without a lease, ms. */
  lingerMs: number;
  /** First pause between two looks at the chain; doubles up to the executor's pollMs. */
  firstPollMs: number;
  pollMs: number;
  /** An executor's call that takes longer counts as failed, ms. */
  callMs: number;
  /** First pause before the same bytes are sent again (or replaced); doubles up to 15 s. */
  resendMs: number;
  /** First pause after an error; doubles up to `maxBackoffMs`, with jitter. */
  backoffMs: number;
  maxBackoffMs: number;
  /** Pause between two looks at a settled submission. */
  settledPollMs: number;
  /** Poll of waiting requests for what other replicas finish, ms. */
  waitPollMs: number;
};

export type JournalOptions = {
  store: JournalStore;
  clock: Clock;
  log: JournalLog;
  /** By the lane's prefix: `account`, `signers`. */
  executors: Readonly<Record<string, LaneExecutor>>;
  /** False on a replica that only takes requests (default true). */
  runsLanes?: boolean;
  /** Blocks, its own included, after which a transaction is confirmed (default 1). */
  confirmationsFor?(network: string): number;
  /** Blocks after which a confirmed transaction is no longer watched (default confirmations + 32). */
  watchDepthFor?(network: string): number;
  notifier?: Notifier;
  /** Runs in the database transaction of a state change to confirmed or failed (or back, after a reorg). */
  onChange?(store: JournalStore, transactions: readonly Transaction[]): Promise<void>;
  checkpoint?(name: Checkpoint): void | Promise<void>;
  timing?: Partial<JournalTiming>;
};

export const defaultTiming: JournalTiming = {
  leaseMs: 15_000,
  lingerMs: 3_000,
  firstPollMs: 20,
  pollMs: 500,
  callMs: 30_000,
  resendMs: 2_000,
  backoffMs: 200,
  maxBackoffMs: 10_000,
  settledPollMs: 5_000,
  waitPollMs: 500,
};

/** What every part of the engine is given. */
export type JournalContext = Required<
  Omit<JournalOptions, 'notifier' | 'onChange' | 'timing' | 'runsLanes'>
> &
  Pick<JournalOptions, 'notifier' | 'onChange'> & {
    timing: JournalTiming;
    /** Lease owner: unique for each engine. */
    instance: string;
    /** Told of each committed change, in this process. */
    publish(transactions: readonly Transaction[]): void;
  };
