import type { Clock } from '#src/core/clock.ts';
import type { EventRepository } from '#src/core/ports/events.ts';

type Log = Record<'warn', (facts: object, message: string) => void>;

export type PublisherOptions = {
  store: { events: Pick<EventRepository, 'hasUnpublished' | 'publish' | 'deleteOlder'> };
  clock: Clock;
  log: Log;
  /** Told whose events were published, after the commit. */
  onPublished(owners: readonly string[]): void;
  /** Pause between two looks for events that nobody told of, ms (default 500). */
  pollMs?: number;
};

export type Publisher = {
  /** Publishes what is committed by now; resolves once it is readable. */
  flush(): Promise<void>;
  /** There may be something new. Never throws. */
  wake(): void;
  /** Removes events older than 30 days; returns how many. */
  cleanUp(): Promise<number>;
  /** Publishes from now on until it is stopped. */
  start(): void;
  stop(): Promise<void>;
};

const batch = 500;
/** Wake-ups are gathered for so long, ms: one round for many. */
const gatherMs = 50;
/** Pause after a failure, ms. */
const failedMs = 5_000;
const keptMs = 30 * 24 * 3_600_000;

/** Moves committed events to where readers see them, in one order for all replicas. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { store, clock, log, pollMs = 500 } = options;
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let woken = false;
  let pauseMs = pollMs;

  const flush = async (): Promise<void> => {
    if (!(await store.events.hasUnpublished())) return;
    for (;;) {
      const owners = await store.events.publish(batch);
      if (owners.length > 0) options.onPublished([...new Set(owners)]);
      if (owners.length < batch) return;
    }
  };
  const round = (): void => {
    timer = undefined;
    woken = false;
    pauseMs = pollMs;
    flushing = flush()
      .catch((error: unknown) => {
        pauseMs = failedMs;
        log.warn({ err: error }, 'could not publish events');
      })
      .finally(() => {
        flushing = undefined;
        if (running) timer = setTimeout(round, woken ? gatherMs : pauseMs);
      });
  };
  return {
    flush,
    wake() {
      if (woken || !running) return;
      woken = true;
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(round, gatherMs);
    },
    async cleanUp() {
      const before = new Date(clock.now().getTime() - keptMs);
      for (let total = 0; ;) {
        const gone = await store.events.deleteOlder(before, 1000);
        total += gone;
        if (gone < 1000) return total;
      }
    },
    start() {
      running = true;
      round();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await flushing;
    },
  };
}
