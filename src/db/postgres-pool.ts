import { drizzle } from 'drizzle-orm/postgres-js';
import postgres, { type Options, type Sql } from 'postgres';

/** A pool lives at least so long: while the database is away, failed connections do not make one each. */
const leastLifeMs = 500;
/** What runs on a replaced pool has so long to finish; what still hangs then is told of the loss. */
const graceMs = 2_000;
/** Seconds before a connection that was lost is tried again; the driver's own pause grows to 20. */
const pauseSeconds = 0.05;

export type Pool = {
  /** What new statements and transactions run on. Not to be kept. */
  current(): Sql;
  end(): Promise<void>;
};

/**
 * A pool of postgres.js that is replaced as a whole once one of its connections has ended. The driver would use that one
 * again, and does not get over everything: what it was given between the socket's error and its close is never answered,
 * and what was not yet written then is written before the next greeting, or keeps it from being sent for good.
 */
export function openPool(url: string, options: Options<Record<string, never>>): Pool {
  const replaced = new Set<Sql>();
  let ended = false;
  let now = open();

  function open(): Sql {
    const bornAt = performance.now();
    let told = false;
    const onclose = () => {
      if (told || ended) return;
      told = true;
      const rest = bornAt + leastLifeMs - performance.now();
      if (rest <= 0) replace(sql);
      else setTimeout(() => replace(sql), rest).unref();
    };
    // No connection ends by its age: that would be taken for a loss, and cost the statements of all the others.
    const sql: Sql = postgres(url, { ...options, max_lifetime: null, backoff: () => pauseSeconds, onclose });
    // Drizzle teaches a driver its types when it is given one.
    drizzle(sql);
    return sql;
  }

  function replace(old: Sql): void {
    if (ended) return;
    now = open();
    replaced.add(old);
    setTimeout(() => void old.end({ timeout: 0 }).finally(() => replaced.delete(old)), graceMs).unref();
  }

  return {
    current: () => now,
    async end() {
      ended = true;
      await Promise.all([now, ...replaced].map((sql) => sql.end({ timeout: 5 })));
    },
  };
}
