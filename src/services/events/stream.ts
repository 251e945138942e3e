import { fail } from '#src/core/errors.ts';
import type { EventRepository, StoredEvent } from '#src/core/ports/events.ts';
import type { Publisher } from './publisher.ts';

export type EventStreamOptions = {
  store: { events: Pick<EventRepository, 'find' | 'head' | 'listSince'> };
  publisher: Pick<Publisher, 'flush'>;
  /** Pause between two signs of life, ms; also the longest that a lost word between replicas costs (default 10 s). */
  heartbeatMs?: number;
  /** A stream ends after so long, ms (default 15 min). */
  lifeMs?: number;
  /** Streams of one owner in this process (default 100). */
  perOwner?: number;
};

export type Following = {
  /** Id of the last event that the reader has; from now on when absent, from the oldest when it is gone. */
  after?: string;
  types?: readonly string[];
  /** Ends the stream. */
  signal: AbortSignal;
  /** Throws once the reader may not read any more; asked at each sign of life. */
  stillAllowed(): Promise<unknown>;
};

export type EventStream = {
  /** Events in the order of their publication, each once; null is a sign of life. @throws rate_limited */
  open(owner: string, following: Following): Promise<AsyncIterable<StoredEvent | null>>;
  /** There are new events of these owners. */
  published(owners: readonly string[]): void;
  /** Ends all streams. */
  stop(): void;
};

type Reader = { owner: string; dirty: boolean; wake(): void };

const batch = 100;

/** Follows the outbox for readers that stay. A reader's place is its last event: it may go on at any replica. */
export function createEventStream(options: EventStreamOptions): EventStream {
  const { store, publisher, heartbeatMs = 10_000, lifeMs = 900_000, perOwner = 100 } = options;
  const readers = new Set<Reader>();
  const stopping = new AbortController();

  const startOf = async (owner: string, after: string | undefined): Promise<bigint> => {
    if (after === undefined) return store.events.head();
    return (await store.events.find(owner, after))?.position ?? 0n;
  };
  async function* follow(
    reader: Reader,
    from: bigint,
    following: Following,
  ): AsyncGenerator<StoredEvent | null> {
    const { types, stillAllowed } = following;
    const filter = { limit: batch, ...(types ? { types } : {}) };
    const endsAt = performance.now() + lifeMs;
    let allowedAt = performance.now();
    const signal = AbortSignal.any([following.signal, stopping.signal]);
    let position = from;
    try {
      while (!signal.aborted && performance.now() < endsAt) {
        if (performance.now() - allowedAt >= heartbeatMs) {
          if (!(await isAllowed(stillAllowed))) return;
          allowedAt = performance.now();
        }
        reader.dirty = false;
        const found = await store.events.listSince(reader.owner, position, filter);
        for (const event of found) {
          yield event;
          ({ position } = event);
        }
        if (found.length === batch || reader.dirty) continue;
        if ((await pause(reader, heartbeatMs, signal)) || signal.aborted) continue;
        // A timer may end a moment early: after a whole pause it is asked, whatever the clock says.
        allowedAt = Number.NEGATIVE_INFINITY;
        yield null;
      }
    } finally {
      readers.delete(reader);
    }
  }
  return {
    async open(owner, following) {
      if ([...readers].filter((one) => one.owner === owner).length >= perOwner) {
        throw fail('rate_limited', { message: `There are ${perOwner} streams open already`, retryAfter: 10 });
      }
      await publisher.flush();
      const from = await startOf(owner, following.after);
      const reader: Reader = { owner, dirty: false, wake: () => {} };
      readers.add(reader);
      following.signal.addEventListener('abort', () => readers.delete(reader), { once: true });
      return follow(reader, from, following);
    },
    published(owners) {
      const told = new Set(owners);
      for (const reader of readers) {
        if (!told.has(reader.owner)) continue;
        reader.dirty = true;
        reader.wake();
      }
    },
    stop: () => stopping.abort(),
  };
}

async function isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}

/** Waits for news, at most `ms`; true when there are some. */
async function pause(reader: Reader, ms: number, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const leave = () => resolve(false);
  const timer = setTimeout(leave, ms);
  signal.addEventListener('abort', leave, { once: true });
  reader.wake = () => resolve(true);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
    reader.wake = () => {};
  }
}
