import { fail } from '#src/core/errors.ts';
import { type LaneRun, runLane } from './lane.ts';
import type { JournalContext } from './ports.ts';

export type Lanes = {
  /** Work arrived, told by this process. */
  wake(lane: string): void;
  /** Work arrived, told by another replica. */
  hear(lane: string): void;
  /** What the lane has sent is to be outbid. */
  hurry(lane: string): void;
  poke(network: string): void;
  run(lane: string): Promise<void>;
  sweep(settled: boolean): Promise<number>;
  stop(): Promise<void>;
};

/** Before the name of a lane: not new work, but haste. */
const hurried = 'hurry ';

/** Lanes that a sweep starts at once: requests need the database too. */
const sweepWidth = 16;

/** The lanes at work in this process, at most one run a lane. */
export function createLanes(ctx: JournalContext, runsLanes: boolean): Lanes {
  const running = new Map<string, LaneRun>();
  const retries = new Map<string, NodeJS.Timeout>();
  /** Lanes with work that was told of, other than by a sweep. */
  const wanted = new Set<string>();
  let stopped = false;

  const executorOf = (lane: string) => ctx.executors[lane.slice(0, lane.indexOf(':'))];
  const start = (lane: string): LaneRun => {
    const executor = executorOf(lane);
    if (!executor) throw fail('internal', { message: `no executor for lane ${lane}` });
    const run = runLane(ctx, lane, executor);
    running.set(lane, run);
    void run.done.then((end) => {
      running.delete(lane);
      const again = wanted.delete(lane) && end !== 'idle' && !stopped;
      // Held elsewhere: its holder hears of the work, and we look again when the lease may have ended.
      if (again) retry(lane, end.retryInMs + 50);
    });
    return run;
  };
  const retry = (lane: string, ms: number) => {
    ctx.notifier?.publish('lane', lane);
    clearTimeout(retries.get(lane));
    const timer = setTimeout(() => hear(lane), ms);
    timer.unref();
    retries.set(lane, timer);
  };
  const hear = (told: string) => {
    const lane = told.slice(told.startsWith(hurried) ? hurried.length : 0);
    if (lane !== told) return running.get(lane)?.hurry();
    clearTimeout(retries.get(lane));
    retries.delete(lane);
    if (stopped || !runsLanes) return;
    if (!executorOf(lane)) return ctx.log.error({ lane }, 'no executor for this lane');
    wanted.add(lane);
    (running.get(lane) ?? start(lane)).wake();
  };
  const sweepOne = async (lane: string, settled: boolean) => {
    if (stopped || !executorOf(lane)) return;
    const run = running.get(lane) ?? start(lane);
    run.wake();
    if (settled) run.poke(true);
    await run.started;
  };
  return {
    hear,
    wake: (lane) => (runsLanes ? hear(lane) : ctx.notifier?.publish('lane', lane)),
    hurry(lane) {
      const run = running.get(lane);
      if (run) run.hurry();
      else ctx.notifier?.publish('lane', hurried + lane);
    },
    poke(network) {
      for (const [lane, run] of running) if (lane.split(':')[1] === network) run.poke();
    },
    async run(lane) {
      const run = running.get(lane) ?? start(lane);
      run.wake();
      await run.done;
    },
    async sweep(settled) {
      if (!runsLanes) return 0;
      const found = await ctx.store.journal.listLanesWithWork(settled);
      const queue = found.values();
      const work = async () => {
        for (const lane of queue) await sweepOne(lane, settled);
      };
      await Promise.all(Array.from({ length: sweepWidth }, work));
      return found.length;
    },
    async stop() {
      stopped = true;
      for (const timer of retries.values()) clearTimeout(timer);
      for (const run of running.values()) run.stop();
      await Promise.all([...running.values()].map((run) => run.done));
    },
  };
}
