import type { Clock } from '#src/core/clock.ts';
import type { ApiKeyRepository } from '#src/core/ports/api-keys.ts';

export type LastUsedOptions = {
  store: { apiKeys: Pick<ApiKeyRepository, 'touch'> };
  clock: Clock;
  log: Record<'warn', (facts: object, message: string) => void>;
  /** Longest that a use stays in memory alone, ms. */
  flushMs: number;
};

/** When secrets were used last: noted at once in memory, written a moment later. */
export type LastUsed = {
  /** Never waits, never throws. */
  note(hash: string): void;
  /** Writes what is in memory; never rejects. */
  stop(): Promise<void>;
};

/** Keeps the write off the hot path; a process that is killed loses the last moments. */
export function createLastUsed({ store, clock, log, flushMs }: LastUsedOptions): LastUsed {
  let uses = new Map<string, Date>();
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    timer = undefined;
    const taken = uses;
    uses = new Map();
    if (taken.size === 0) return;
    try {
      await store.apiKeys.touch([...taken].map(([hash, at]) => ({ hash, at })));
    } catch (error) {
      for (const [hash, at] of taken) if (!uses.has(hash)) uses.set(hash, at);
      later();
      log.warn({ err: error }, 'last uses of keys are not written yet');
    }
  };
  const later = () => {
    timer ??= setTimeout(() => void flush(), flushMs).unref();
  };
  return {
    note(hash) {
      uses.set(hash, clock.now());
      later();
    },
    async stop() {
      clearTimeout(timer);
      await flush();
      clearTimeout(timer);
    },
  };
}
