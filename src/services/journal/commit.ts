import type { JournalChanges, JournalTransaction, TransactionChange } from '#src/core/journal-store.ts';
import type { Transaction } from '#src/core/journal.ts';
import type { LaneState } from './groups.ts';
import type { JournalContext } from './ports.ts';

/** The lane belongs to another engine now: whatever was in memory is void. */
export class LeaseLostError extends Error {
  constructor(lane: string) {
    super(`lease of ${lane} lost`);
    this.name = 'LeaseLostError';
  }
}

export type Changes = Omit<JournalChanges, 'at'>;

export const noChanges = (): Changes => ({ submissions: [], legs: [], transactions: [] });

export const hasChanges = (c: Changes): boolean => c.submissions.length > 0 || c.transactions.length > 0;

/** Commits changes under the lane's lease, brings the image up to date and tells who waits. */
export async function commit(ctx: JournalContext, state: LaneState, changes: Changes): Promise<void> {
  if (!hasChanges(changes)) return;
  const at = ctx.clock.now();
  const told = changes.transactions.some((t) => t.event !== null);
  if (told) await ctx.checkpoint('before_final');
  const ids = await write(ctx, state, { ...changes, at });
  if (ids === null) throw new LeaseLostError(state.lease.lane);
  if (told) await ctx.checkpoint('after_final');
  for (const change of changes.submissions) Object.assign(state.submissions.get(change.id) ?? {}, change);
  const changed = new Set(ids);
  ctx.publish(changes.transactions.filter((c) => changed.has(c.id)).flatMap((c) => update(state, c, at)));
}

async function write(
  ctx: JournalContext,
  state: LaneState,
  changes: JournalChanges,
): Promise<string[] | null> {
  const { onChange } = ctx;
  if (!onChange || !changes.transactions.some((t) => t.event !== null)) {
    return ctx.store.journal.apply(state.lease, changes);
  }
  return ctx.store.transaction(async (store) => {
    const ids = await store.journal.apply(state.lease, changes);
    if (ids === null || ids.length === 0) return ids;
    const kept = changes.transactions.filter((t) => t.event !== null && ids.includes(t.id));
    await onChange(
      store,
      kept.flatMap((c) => merged(state, c, changes.at)),
    );
    return ids;
  });
}

function merged(state: LaneState, change: TransactionChange, at: Date): JournalTransaction[] {
  const before = state.transactions.get(change.id);
  if (!before) return [];
  const { from: _from, event: _event, ...values } = change;
  return [{ ...before, ...values, updatedAt: at }];
}

function update(state: LaneState, change: TransactionChange, at: Date): Transaction[] {
  const after = merged(state, change, at);
  for (const t of after) state.transactions.set(t.id, t);
  return after.map(toTransaction);
}

/** Drops the journal's own marks. */
export function toTransaction(t: JournalTransaction): Transaction {
  const { seq: _seq, solo: _solo, requeues: _requeues, ...transaction } = t;
  return transaction;
}
