import { fail } from '#src/core/errors.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { Transaction } from '#src/core/journal.ts';
import { toTransaction } from './commit.ts';

/** submitted: signed and committed · included: in a block · final: confirmed or failed. */
export type WaitUntil = 'submitted' | 'included' | 'final';

export type Waiters = {
  wait(id: string, timeoutMs: number, until?: WaitUntil): Promise<Transaction>;
  /** Told of committed changes in this process. */
  publish(transactions: readonly Transaction[]): void;
  /** Remembers a new transaction: a wait for it need not read it. */
  expect(transaction: Transaction): void;
  /** Told by another replica: reads again what somebody waits for. */
  refresh(ids: readonly string[]): void;
  /** Answers everybody with what is known, now and from now on. */
  close(): void;
};

type Waiter = { id: string; until: WaitUntil; done(transaction: Transaction | null): void };

/** True when the transaction is as far as the caller waits for. */
export function hasReached(t: Transaction, until: WaitUntil): boolean {
  if (t.status === 'confirmed' || t.status === 'failed') return true;
  if (until === 'included') return t.blockNumber !== null;
  return until === 'submitted' && t.status === 'submitted';
}

/** Transactions of this process whose last state is kept for a wait to come. */
const maxKnown = 2_000;

/** Last states of this process's new transactions: a wait for one of them need not read it. */
function createMemory() {
  const known = new Map<string, Transaction>();
  return {
    add(transaction: Transaction) {
      const [oldest] = known.keys();
      if (known.size >= maxKnown && oldest !== undefined) known.delete(oldest);
      known.set(transaction.id, transaction);
    },
    update(transaction: Transaction) {
      if (known.has(transaction.id)) known.set(transaction.id, transaction);
    },
    take(id: string) {
      const transaction = known.get(id);
      known.delete(id);
      return transaction;
    },
  };
}

/** Requests that wait for transactions: woken in process, with one shared poll for what other replicas do. */
export function createWaiters(store: Pick<JournalStore, 'transactions'>, pollMs: number): Waiters {
  const waiting = new Map<string, Set<Waiter>>();
  const memory = createMemory();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const publish = (transactions: readonly Transaction[]) => {
    for (const transaction of transactions) {
      memory.update(transaction);
      for (const waiter of waiting.get(transaction.id) ?? []) {
        if (hasReached(transaction, waiter.until)) waiter.done(transaction);
      }
    }
  };
  const refresh = (ids: readonly string[]) => {
    for (const id of ids) memory.take(id);
    const wanted = ids.filter((id) => waiting.has(id));
    if (wanted.length === 0) return;
    // A lost database answers the next poll; until then the time limit holds.
    store.transactions.findMany(wanted).then(publish, () => {});
  };
  const add = (waiter: Waiter) => {
    const all = waiting.get(waiter.id) ?? new Set();
    waiting.set(waiter.id, all.add(waiter));
    timer ??= setInterval(() => refresh([...waiting.keys()]), pollMs);
  };
  const remove = (waiter: Waiter) => {
    const all = waiting.get(waiter.id);
    all?.delete(waiter);
    if (all?.size === 0) waiting.delete(waiter.id);
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    publish,
    refresh,
    expect: memory.add,
    async wait(id, timeoutMs, until = 'final') {
      const { promise, resolve } = Promise.withResolvers<Transaction | null>();
      const waiter: Waiter = { id, until, done: resolve };
      const limit = setTimeout(() => resolve(null), timeoutMs);
      add(waiter);
      try {
        // Looked at after listening: nothing falls in between.
        const now = memory.take(id) ?? (await one(store, id));
        if (closed || hasReached(now, until)) return now;
        return (await promise) ?? (await one(store, id));
      } finally {
        clearTimeout(limit);
        remove(waiter);
      }
    },
    close() {
      closed = true;
      for (const waiter of [...waiting.values()].flatMap((all) => [...all])) waiter.done(null);
    },
  };
}

async function one(store: Pick<JournalStore, 'transactions'>, id: string): Promise<Transaction> {
  const [found] = await store.transactions.findMany([id]);
  if (!found) throw fail('not_found', { resource: 'transaction' });
  return toTransaction(found);
}
