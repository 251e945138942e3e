import type { Lease } from '#src/core/journal-store.ts';
import type { LaneExecutor } from '#src/core/journal.ts';
import { LeaseLostError } from './commit.ts';
import { canDispatch, dispatch, hasRoom } from './dispatch.ts';
import { addSubmission, isSettled, type LaneState, needsWatch } from './groups.ts';
import type { JournalContext } from './ports.ts';
import { backoff, monotonic } from './time.ts';
import { watch } from './watch.ts';

/** A lane at work in this process. */
export type LaneRun = {
  /** Something was queued. */
  wake(): void;
  /** A new head: ask the chain now about what is open; with `all`, also about what is settled. */
  poke(all?: boolean): void;
  /** What is sent and in no block is outbid once. */
  hurry(): void;
  /** Ends after the current step and gives the lease back. */
  stop(): void;
  /** Resolves once the lane has its first round behind it, or ended. */
  started: Promise<void>;
  /** Resolves, never rejects: when the lane is idle, or to the ms after which another holder may be gone. */
  done: Promise<{ retryInMs: number } | 'idle'>;
};

type Signals = {
  woken: boolean;
  /** Groups to look at in the next round: those that are due, all that are open, all. */
  look: 'due' | 'open' | 'all';
  hurry: boolean;
  stopped: boolean;
  lost: boolean;
  /** The first round is over. */
  started(): void;
  ring: () => void;
};

const isCalled = (s: Signals): boolean => s.woken || s.look !== 'due' || s.stopped || s.lost;

/** Leases a lane and works on it until nothing is left to do. */
export function runLane(ctx: JournalContext, lane: string, executor: LaneExecutor): LaneRun {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const signals: Signals = {
    started: resolve,
    woken: true,
    look: 'due',
    hurry: false,
    stopped: false,
    lost: false,
    ring: () => {},
  };
  const set = (change: Partial<Signals>) => {
    Object.assign(signals, change);
    signals.ring();
  };
  return {
    wake: () => set({ woken: true }),
    poke: (all = false) => set({ look: all ? 'all' : signals.look === 'all' ? 'all' : 'open' }),
    hurry: () => set({ hurry: true, look: 'open' }),
    stop: () => set({ stopped: true }),
    started,
    done: work(ctx, lane, executor, signals).finally(resolve),
  };
}

async function work(ctx: JournalContext, lane: string, executor: LaneExecutor, signals: Signals) {
  for (let failures = 1; !signals.stopped; failures += 1) {
    try {
      const got = await ctx.store.journal.acquireLease(lane, ctx.instance, ctx.timing.leaseMs);
      if ('retryInMs' in got) return got;
      failures = 0;
      await hold(ctx, got.lease, executor, signals);
      // Woken while the lease was given back: nobody else would hear it.
      if (!signals.woken) return 'idle';
    } catch (error) {
      // Whose it is now, and for how long, is told when it is asked for again; it may be ours, by a statement that came late.
      if (error instanceof LeaseLostError) continue;
      ctx.log.error({ err: error, lane }, 'lane stumbled; reading the journal again');
      await pause(signals, backoff(ctx.timing, failures + 1));
    }
  }
  return 'idle' as const;
}

/** Works under a lease that is renewed in the background, and gives it back. */
async function hold(ctx: JournalContext, lease: Lease, executor: LaneExecutor, signals: Signals) {
  const renewal = setInterval(() => {
    ctx.store.journal.renewLease(lease).then(
      (held) => {
        if (!held) Object.assign(signals, { lost: true }).ring();
      },
      // The database is away: writes are fenced anyway.
      () => {},
    );
  }, ctx.timing.leaseMs / 3);
  const state = await load(ctx, lease, executor, signals).catch((error: unknown) => {
    clearInterval(renewal);
    throw error;
  });
  try {
    await loop(ctx, state, signals);
    await Promise.allSettled(state.sends);
    await ctx.store.journal.releaseLease(lease);
  } finally {
    clearInterval(renewal);
  }
}

/** The lane's image from the journal; every open nonce is looked at, and sent again if it is pending. */
async function load(
  ctx: JournalContext,
  lease: Lease,
  executor: LaneExecutor,
  signals: Signals,
): Promise<LaneState> {
  const open = await ctx.store.journal.listOpen(lease.lane);
  const carried = await ctx.store.transactions.findMany([...new Set(open.flatMap((s) => s.legs))]);
  const state: LaneState = {
    lease,
    executor,
    groups: new Map(),
    submissions: new Map(),
    transactions: new Map(carried.map((t) => [t.id, t])),
    arrivals: true,
    nextPrepareAt: 0,
    prepareFailures: 0,
    sends: new Set(),
    signal: () => signals.ring(),
  };
  for (const submission of open) {
    const group = addSubmission(state, submission, ctx.timing.resendMs, ctx.timing.firstPollMs);
    // A new write must not wait for looks at what was confirmed long ago.
    if (isSettled(group)) group.nextLookAt = monotonic() + ctx.timing.settledPollMs;
  }
  return state;
}

async function loop(ctx: JournalContext, state: LaneState, signals: Signals): Promise<void> {
  let idleSince: number | null = null;
  while (!signals.stopped) {
    if (signals.lost) throw new LeaseLostError(state.lease.lane);
    if (signals.woken) state.arrivals = true;
    for (const group of state.groups.values()) {
      if (signals.look === 'all' || (signals.look === 'open' && !isSettled(group))) group.nextLookAt = 0;
    }
    const { hurry } = signals;
    Object.assign(signals, { woken: false, look: 'due', hurry: false });
    await dispatch(ctx, state);
    await watch(ctx, state, hurry);
    signals.started();
    if (isCalled(signals) || canDispatch(state)) continue;
    const busy = state.arrivals || state.sends.size > 0 || [...state.groups.values()].some(needsWatch);
    idleSince = busy ? null : (idleSince ?? monotonic());
    const idleUntil = idleSince === null ? Infinity : idleSince + ctx.timing.lingerMs;
    if (monotonic() >= idleUntil) return;
    await pause(signals, Math.min(nextDue(state), idleUntil) - monotonic());
  }
}

/** When the lane has something to do without being woken. */
function nextDue(state: LaneState): number {
  const looks = [...state.groups.values()].map((g) => g.nextLookAt);
  const prepares = state.arrivals && hasRoom(state) ? [state.nextPrepareAt] : [];
  return Math.min(monotonic() + 60_000, ...looks, ...prepares);
}

/** Sleeps until the time is up or a signal rings. */
async function pause(signals: Signals, ms: number): Promise<void> {
  if (ms <= 0 || isCalled(signals)) {
    // Lets I/O in between two busy rounds.
    await new Promise((resolve) => setImmediate(resolve));
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signals.ring = resolve;
  await promise;
  signals.ring = () => {};
  clearTimeout(timer);
}
