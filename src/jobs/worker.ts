import type { Journal } from '#src/services/journal.ts';
import { cleanUp } from './handlers/clean-up.ts';
import { wakeLane } from './handlers/wake-lane.ts';
import type { JobHandler, JobsLog, Queue } from './queue.ts';

export type Role = 'all' | 'api' | 'worker';

export type JobsOptions = {
  role: Role;
  journal: Journal;
  queue: Queue;
  log: JobsLog;
  /** Jobs of other areas. */
  handlers?: readonly JobHandler[];
  /** Pause between two sweeps of the journal, ms (default 10 s); every third also looks at settled work. */
  sweepMs?: number;
};

export type Jobs = {
  /** Stops sweeping and hands running jobs and lanes back. */
  stop(): Promise<void>;
  /** True once the queue runs. */
  isReady(): boolean;
};

/**
 * Recovers what a crash left, then keeps the journal moving. An `api` replica listens and sends only. The queue starts in
 * the background and tries until it succeeds: requests need not wait for it.
 */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { role, journal, queue, log } = options;
  const stopping = new AbortController();
  await journal.start();
  let ready = false;
  const queueStart = startQueue(options, stopping.signal).then((started) => {
    ready = started;
  });
  const sweeping =
    role === 'api' ? Promise.resolve() : sweep(journal, log, options.sweepMs ?? 10_000, stopping.signal);
  return {
    isReady: () => ready,
    async stop() {
      stopping.abort();
      await Promise.all([queueStart, sweeping]);
      await queue.stop();
      await journal.stop();
    },
  };
}

async function startQueue({ role, journal, queue, log, handlers = [] }: JobsOptions, signal: AbortSignal) {
  const all = [wakeLane(journal), cleanUp(journal, log), ...handlers];
  for (let pauseMs = 500; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 30_000)) {
    try {
      await queue.start(all, { sendOnly: role === 'api' });
      return true;
    } catch (error) {
      log.error({ err: error }, 'the job queue did not start; trying again');
      await sleep(pauseMs, signal);
    }
  }
  return false;
}

/** Wakes what a lost wake-up left behind. */
async function sweep(journal: Journal, log: JobsLog, everyMs: number, signal: AbortSignal): Promise<void> {
  for (let round = 1; ; round += 1) {
    // Jitter, so that replicas do not sweep in step.
    await sleep(everyMs * (0.8 + Math.random() * 0.4), signal);
    if (signal.aborted) return;
    try {
      await journal.sweep({ settled: round % 3 === 0 });
    } catch (error) {
      log.warn({ err: error }, 'sweep failed');
    }
  }
}

/** Resolves after `ms`, or at once when aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
}
