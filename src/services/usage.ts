import type { Clock } from '#src/core/clock.ts';
import type { Address } from '#src/core/hex.ts';
import { latencyBucket, latencyBuckets } from '#src/core/latency.ts';
import type { RequestUsage, UsageRepository, VerificationUsage } from '#src/core/ports/usage.ts';

export type UsageOptions = {
  store: { usage: Pick<UsageRepository, 'add'> };
  clock: Clock;
  log: Record<'warn', (facts: object, message: string) => void>;
  /** Longest that counts stay in memory alone, ms. */
  flushMs: number;
};

/** What is counted of requests and verdicts: in memory at once, in the database a moment later. */
export type Usage = {
  /** `owner`: whose row it goes to beside everybody's; null = nobody's. Never waits, never throws. */
  answered(fact: { owner: string | null; status: number; ms: number }): void;
  /** A verdict on a payment, valid or not. Never waits, never throws. */
  verified(fact: { owner: string; network: string; asset: Address }): void;
  /** Writes what is in memory; what could not be written stays there. */
  flush(): Promise<void>;
  /** The last flush; never rejects. */
  stop(): Promise<void>;
};

/** Owner of the rows that count everybody. */
export const everybody = '*';

type Counted = { requests: Map<string, RequestUsage>; verifications: Map<string, VerificationUsage> };

const nothing = (): Counted => ({ requests: new Map(), verifications: new Map() });
const dayMs = 86_400_000;

/** Counts without a write per request. A process that is killed loses what the last moments brought. */
export function createUsage({ store, clock, log, flushMs }: UsageOptions): Usage {
  let counted = nothing();
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let today = '';
  let todayUntil = 0;

  const day = (): string => {
    const now = clock.now().getTime();
    if (now >= todayUntil || now < todayUntil - dayMs) {
      today = new Date(now).toISOString().slice(0, 10);
      todayUntil = Date.parse(today) + dayMs;
    }
    return today;
  };
  const write = async (): Promise<void> => {
    const taken = counted;
    if (taken.requests.size + taken.verifications.size === 0) return;
    counted = nothing();
    try {
      await store.usage.add({
        requests: [...taken.requests.values()],
        verifications: [...taken.verifications.values()],
      });
    } catch (error) {
      for (const one of taken.requests.values()) addRequests(counted, one);
      for (const one of taken.verifications.values()) addVerifications(counted, one);
      later();
      throw error;
    }
  };
  const flush = async (): Promise<void> => {
    // What a write under way left out needs one of its own.
    await flushing?.catch(() => {});
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };
  const flushQuietly = () =>
    flush().catch((error: unknown) => log.warn({ err: error }, 'usage is not written yet'));
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flushQuietly();
    }, flushMs).unref();
  };
  return {
    answered({ owner, status, ms }) {
      const when = day();
      countRequest(counted, everybody, when, status, ms);
      if (owner !== null) countRequest(counted, owner, when, status, ms);
      later();
    },
    verified({ owner, network, asset }) {
      const when = day();
      for (const one of [everybody, owner])
        addVerifications(counted, { owner: one, day: when, network, asset, verifications: 1 });
      later();
    },
    flush,
    async stop() {
      clearTimeout(timer);
      await flushQuietly();
      clearTimeout(timer);
    },
  };
}

function countRequest({ requests }: Counted, owner: string, day: string, status: number, ms: number): void {
  const key = `${day} ${owner}`;
  let row = requests.get(key);
  if (!row) requests.set(key, (row = emptyRow(owner, day)));
  row.requests += 1;
  if (status < 400) row.success += 1;
  else if (status < 500) row.clientErrors += 1;
  else row.serverErrors += 1;
  row.totalUs += Math.round(ms * 1000);
  row.latency[latencyBucket(ms)]! += 1;
}

function emptyRow(owner: string, day: string): RequestUsage {
  const zero = { requests: 0, success: 0, clientErrors: 0, serverErrors: 0, totalUs: 0 };
  return { owner, day, ...zero, latency: Array.from({ length: latencyBuckets }, () => 0) };
}

function addRequests({ requests }: Counted, more: RequestUsage): void {
  const key = `${more.day} ${more.owner}`;
  const row = requests.get(key);
  if (!row) {
    requests.set(key, more);
    return;
  }
  for (const name of ['requests', 'success', 'clientErrors', 'serverErrors', 'totalUs'] as const)
    row[name] += more[name];
  for (const [bucket, count] of more.latency.entries()) row.latency[bucket]! += count;
}

function addVerifications({ verifications }: Counted, more: VerificationUsage): void {
  const key = `${more.day} ${more.owner} ${more.network} ${more.asset}`;
  const row = verifications.get(key);
  if (row) row.verifications += more.verifications;
  else verifications.set(key, more);
}
