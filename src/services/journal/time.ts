import type { JournalTiming } from './ports.ts';

/** Milliseconds that never jump, for pauses; dates come from the clock port. */
export const monotonic = (): number => performance.now();

/** Exponential pause with jitter, ms: half fixed, half random, so that replicas do not march in step. */
export function backoff(timing: Pick<JournalTiming, 'backoffMs' | 'maxBackoffMs'>, failures: number): number {
  const full = Math.min(timing.backoffMs * 2 ** Math.min(failures - 1, 20), timing.maxBackoffMs);
  return full / 2 + Math.random() * (full / 2);
}

/** Rejects when `work` takes longer than `ms`: a hanging peer must not hold a lane. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
