import type { ClaimedDelivery, DeliveryRepository } from '#src/core/ports/webhooks.ts';
import { attempt, type AttemptPorts } from './attempt.ts';

type Log = Record<'warn', (facts: object, message: string) => void>;

export type DelivererOptions = Omit<AttemptPorts, 'isStopping'> & {
  store: { webhookDeliveries: Pick<DeliveryRepository, 'fanOut' | 'claim'> };
  log: Log;
  /** Called when an attempt has written an event. */
  onEvent(): void;
  /** Ends calls that are under way. */
  abort(): Promise<void>;
  /** Calls at once (default 32). */
  slots?: number;
  /** Calls at once to one endpoint (default 4). */
  perEndpoint?: number;
  /** Life of a claim, ms; more than the longest call takes (default 30 s). */
  leaseMs?: number;
  /** Pause between two looks for what nobody told of, ms (default 1 s). */
  pollMs?: number;
  /** How long stopping waits for calls under way, ms (default 2 s). */
  drainMs?: number;
};

export type Deliverer = {
  /** There may be something to deliver. Never throws; may be lost or doubled. */
  wake(): void;
  /** Delivers what is due now, and what becomes due by it; how many attempts it made. */
  flush(): Promise<number>;
  /** Delivers from now on until it is stopped. */
  start(): void;
  stop(): Promise<void>;
};

const batch = 500;
/** Pause after a failure, ms. */
const failedMs = 5_000;

/** Takes published events to endpoints. The database holds what is due; any number of replicas may work on it. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const {
    store,
    clock,
    log,
    slots = 32,
    perEndpoint = 4,
    leaseMs = 30_000,
    pollMs = 1_000,
    drainMs = 2_000,
  } = options;
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let running = false;
  let stopping = false;
  let woken = false;

  const run = async (claimed: ClaimedDelivery): Promise<void> => {
    try {
      if (await attempt({ ...options, isStopping: () => stopping }, claimed)) options.onEvent();
    } catch (error) {
      // Its claim ends by itself, and then it is tried again.
      log.warn({ err: error, delivery: claimed.delivery.id }, 'a webhook attempt could not be written down');
    }
  };
  /** Starts what is due, as far as there is room; how much it started. */
  const round = async (): Promise<number> => {
    while ((await store.webhookDeliveries.fanOut(batch, clock.now())) === batch);
    const limit = slots - underWay.size;
    if (limit <= 0 || stopping) return 0;
    const claimed = await store.webhookDeliveries.claim({ now: clock.now(), leaseMs, limit, perEndpoint });
    for (const one of claimed) {
      const call = run(one).finally(() => {
        underWay.delete(call);
        wake();
      });
      underWay.add(call);
    }
    return claimed.length;
  };
  const loop = (): void => {
    timer = undefined;
    woken = false;
    let pause = pollMs;
    working = round()
      .then(() => undefined)
      .catch((error: unknown) => {
        pause = failedMs;
        log.warn({ err: error }, 'could not look for webhooks to deliver');
      })
      .finally(() => {
        working = undefined;
        if (running) timer = setTimeout(loop, woken ? 0 : pause);
      });
  };
  const wake = (): void => {
    if (woken || !running) return;
    woken = true;
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(loop, 0);
  };
  return {
    wake,
    async flush() {
      for (let total = 0; ;) {
        const started = await round();
        total += started;
        if (started === 0 && underWay.size === 0) return total;
        if (underWay.size > 0) await Promise.race(underWay);
      }
    },
    start() {
      running = true;
      loop();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await working;
      await within(drainMs, underWay);
      stopping = true;
      await options.abort();
      await Promise.all(underWay);
    },
  };
}

/** Resolves when all are done, or after `ms`. */
async function within(ms: number, calls: Iterable<Promise<void>>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([Promise.all(calls), late]);
  clearTimeout(timer);
}
