import { newId } from '#src/core/ids.ts';
import { hearsAll, transactionEvent } from '#src/core/transaction-object.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { IdempotencyKey, NewTransaction, Transaction, TransactionError } from '#src/core/journal.ts';
import { cancel } from './journal/cancel.ts';
import { idempotent } from './journal/idempotency.ts';
import { createLanes } from './journal/lanes.ts';
import { defaultTiming, type JournalContext, type JournalOptions } from './journal/ports.ts';
import { createWaiters, type WaitUntil } from './journal/waiters.ts';

export type Journal = {
  /** Writes an intent inside the caller's database transaction `tx`; call `wake(lane)` after its commit. */
  submit(tx: JournalStore, transaction: NewTransaction): Promise<Transaction>;
  /** The same for many in one statement. */
  submitMany(tx: JournalStore, transactions: readonly NewTransaction[]): Promise<Transaction[]>;
  /** Runs `create` once for a key, in the caller's database transaction; another fingerprint throws `idempotency_conflict`. */
  idempotent(
    tx: JournalStore,
    key: IdempotencyKey,
    create: (id: string) => Promise<Transaction>,
  ): Promise<{ transaction: Transaction; replayed: boolean }>;
  /** Says that a lane has work. Never throws; may be lost or doubled. */
  wake(lane: string): void;
  /** Ends a transaction that is still queued and tells of it; null when it is signed, over or nobody's. */
  cancel(owner: string, id: string, error: TransactionError): Promise<Transaction | null>;
  /** Asks for a replacement with higher fees of what a lane has sent. Never throws; may be lost. */
  hurry(lane: string): void;
  /** Says that a network has a new head: lanes at work ask the chain at once. */
  poke(network: string): void;
  /** The transaction once it is `until` (default final), or as it stands after `timeoutMs`. Throws `not_found`. */
  wait(id: string, timeoutMs: number, until?: WaitUntil): Promise<Transaction>;
  /** Answers everybody who waits with what is known; from now on nobody waits. */
  endWaits(): void;
  /** Works on a lane until it is idle; nothing when another replica holds it. */
  runLane(lane: string): Promise<void>;
  /** Starts every lane with unfinished work, with `settled` also those that are only watched. Returns how many. */
  sweep(options?: { settled?: boolean }): Promise<number>;
  /** Removes expired idempotency keys; returns how many. */
  cleanUp(): Promise<number>;
  /** Listens to other replicas and recovers what a crash left. */
  start(): Promise<void>;
  /** Finishes the current step of each lane and gives the leases back. */
  stop(): Promise<void>;
};

/** The journal engine: it owns the state of every on-chain write; executors only prepare, send and look. */
export function createJournal(options: JournalOptions): Journal {
  const timing = { ...defaultTiming, ...options.timing };
  const waiters = createWaiters(options.store, timing.waitPollMs);
  const ctx = context(options, timing, (transactions) => {
    waiters.publish(transactions);
    if (transactions.length > 0)
      options.notifier?.publish('transactions', transactions.map((t) => t.id).join(','));
  });
  const lanes = createLanes(ctx, options.runsLanes ?? true);
  let unsubscribe = async (): Promise<void> => {};
  const submitMany: Journal['submitMany'] = async (tx, transactions) => {
    const at = ctx.clock.now();
    const written = await tx.transactions.insertMany(transactions, at);
    const events = written.filter(hearsAll).map((one) => transactionEvent(one, 'transaction.created'));
    if (events.length > 0) await tx.events.insert(events, at);
    for (const one of written) waiters.expect(one);
    return written;
  };
  return {
    async submit(tx, transaction) {
      const [written] = await submitMany(tx, [transaction]);
      return written as Transaction;
    },
    submitMany,
    idempotent: (tx, key, create) => idempotent(tx, ctx.clock, key, create),
    wake: lanes.wake,
    cancel: (owner, id, error) => cancel(ctx, owner, id, error),
    hurry: lanes.hurry,
    poke: lanes.poke,
    wait: waiters.wait,
    endWaits: waiters.close,
    runLane: lanes.run,
    sweep: (how) => lanes.sweep(how?.settled ?? false),
    cleanUp: () => cleanUp(ctx),
    async start() {
      unsubscribe =
        (await ctx.notifier?.subscribe(['lane', 'transactions'], (topic, payload) => {
          if (topic === 'transactions') waiters.refresh(payload.split(','));
          else lanes.hear(payload);
        })) ?? unsubscribe;
      // Requests need not wait until all lanes are recovered; what fails here is swept again later.
      lanes.sweep(true).catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'the first sweep failed');
      });
    },
    async stop() {
      await unsubscribe();
      await lanes.stop();
      waiters.close();
    },
  };
}

function context(
  options: JournalOptions,
  timing: JournalContext['timing'],
  publish: JournalContext['publish'],
): JournalContext {
  const confirmationsFor = options.confirmationsFor ?? (() => 1);
  return {
    ...options,
    timing,
    publish,
    instance: newId('ins'),
    confirmationsFor,
    watchDepthFor: options.watchDepthFor ?? ((network) => confirmationsFor(network) + 32),
    checkpoint: options.checkpoint ?? (() => {}),
  };
}

async function cleanUp(ctx: JournalContext): Promise<number> {
  let total = 0;
  for (;;) {
    const gone = await ctx.store.idempotency.deleteExpired(ctx.clock.now(), 1000);
    total += gone;
    if (gone < 1000) return total;
  }
}
