import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/** How old a remembered answer may be, counted from the start of the query that gave it, ms. */
export const freshMs = 500;

export type Fresh<K extends string, V> = {
  get(key: K): Promise<V>;
  /** Drops what is remembered here and resolves once no replica can remember it: call after the commit. */
  forget(key: K): Promise<void>;
};

/** Remembers answers to the same question for half a second; questions asked meanwhile share one query. */
export function createFresh<K extends string, V extends {} | null>(
  load: (key: K) => Promise<V>,
  ttlMs = freshMs,
): Fresh<K, V> {
  const known = new LRUCache<K, { at: number; answer: Promise<V> }>({ max: 50_000 });
  return {
    get(key) {
      const at = performance.now();
      const found = known.get(key);
      if (found && at - found.at < ttlMs) return found.answer;
      const answer = load(key);
      known.set(key, { at, answer });
      answer.catch(() => known.delete(key));
      return answer;
    },
    async forget(key) {
      known.delete(key);
      await delay(ttlMs);
      known.delete(key);
    },
  };
}
