import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { IdempotencyKey, NewTransaction, Transaction } from '#src/core/journal.ts';
import { idempotent } from './journal/idempotency.ts';
import { type LaneRun, runLane } from './journal/lane.ts';
import { defaultTiming, type JournalContext, type JournalOptions } from './journal/ports.ts';
import { createWaiters, type WaitUntil } from './journal/waiters.ts';

export type Journal = {
  /** Writes an intent inside the caller's database transaction `tx`; call `wake(lane)` after its commit. */
  submit(tx: JournalStore, transaction: NewTransaction): Promise<Transaction>;
  /** Runs `create` once for a key, in the caller's database transaction; another fingerprint throws `idempotency_conflict`. */
  idempotent(
    tx: JournalStore,
    key: IdempotencyKey,
    create: (id: string) => Promise<Transaction>,
  ): Promise<{ transaction: Transaction; replayed: boolean }>;
  /** Says that a lane has work. Never throws; may be lost or doubled. */
  wake(lane: string): void;
  /** Says that a network has a new head: lanes at work ask the chain at once. */
  poke(network: string): void;
  /** The transaction once it is `until` (default final), or as it stands after `timeoutMs`. Throws `not_found`. */
  wait(id: string, timeoutMs: number, until?: WaitUntil): Promise<Transaction>;
  /** Works on a lane until it is idle; nothing when another replica holds it. */
  runLane(lane: string): Promise<void>;
  /** Wakes every lane with unfinished work; `settled` ones only are looked at when asked. Returns how many. */
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
  const sweep = async ({ settled = false } = {}) => {
    const found = await ctx.store.journal.listLanesWithWork(settled);
    for (const lane of found) lanes.wake(lane, settled);
    return found.length;
  };
  return {
    async submit(tx, transaction) {
      const written = await tx.transactions.insert(transaction, ctx.clock.now());
      waiters.expect(written);
      return written;
    },
    idempotent: (tx, key, create) => idempotent(tx, ctx.clock, key, create),
    wake: (lane) => lanes.wake(lane),
    poke: lanes.poke,
    wait: waiters.wait,
    runLane: lanes.run,
    sweep,
    cleanUp: () => cleanUp(ctx),
    async start() {
      unsubscribe =
        (await ctx.notifier?.subscribe((topic, payload) => {
          if (topic === 'transactions') waiters.refresh(payload.split(','));
          else lanes.hear(payload);
        })) ?? unsubscribe;
      await sweep({ settled: true });
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

function createLanes(ctx: JournalContext, runsLanes: boolean) {
  const running = new Map<string, LaneRun>();
  const retries = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  const executorOf = (lane: string) => ctx.executors[lane.slice(0, lane.indexOf(':'))];
  const start = (lane: string): LaneRun => {
    const executor = executorOf(lane);
    if (!executor) throw fail('internal', { message: `no executor for lane ${lane}` });
    const run = runLane(ctx, lane, executor);
    running.set(lane, run);
    void run.done.then((end) => {
      running.delete(lane);
      if (end === 'idle' || stopped) return;
      // Held elsewhere: its holder hears of the work, and we look again when the lease may have ended.
      ctx.notifier?.publish('lane', lane);
      clearTimeout(retries.get(lane));
      const again = setTimeout(() => hear(lane), end.retryInMs + 50);
      again.unref();
      retries.set(lane, again);
    });
    return run;
  };
  /** A wake from this process or another replica, for lanes that this process may run. */
  const hear = (lane: string, settled = false) => {
    retries.delete(lane);
    if (stopped || !runsLanes) return;
    if (!executorOf(lane)) return ctx.log.error({ lane }, 'no executor for this lane');
    const run = running.get(lane) ?? start(lane);
    run.wake();
    if (settled) run.poke(true);
  };
  return {
    hear,
    wake(lane: string, settled = false) {
      if (runsLanes) hear(lane, settled);
      else ctx.notifier?.publish('lane', lane);
    },
    poke(network: string) {
      for (const [lane, run] of running) if (lane.split(':')[1] === network) run.poke();
    },
    async run(lane: string) {
      const run = running.get(lane) ?? start(lane);
      run.wake();
      await run.done;
    },
    async stop() {
      stopped = true;
      for (const timer of retries.values()) clearTimeout(timer);
      for (const run of running.values()) run.stop();
      await Promise.all([...running.values()].map((run) => run.done));
    },
  };
}
