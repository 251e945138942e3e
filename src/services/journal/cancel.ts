import type { Transaction, TransactionError } from '#src/core/journal.ts';
import { toTransaction } from './commit.ts';
import type { JournalContext } from './ports.ts';
import { failed } from './verdict.ts';

/** Ends a transaction that no lane has signed, with all that hangs on it, in one database transaction. */
export async function cancel(
  ctx: JournalContext,
  owner: string,
  id: string,
  error: TransactionError,
): Promise<Transaction | null> {
  const ended = await ctx.store.transaction(async (tx) => {
    if (!(await tx.transactions.find(owner, id))) return null;
    const at = ctx.clock.now();
    if (!(await tx.transactions.cancel(id, error, at))) return null;
    const [after] = await tx.transactions.findMany([id]);
    if (!after) return null;
    const { event } = failed(after, error);
    if (event) await tx.transactions.tell(owner, event, at);
    await ctx.onChange?.(tx, [after]);
    return toTransaction(after);
  });
  if (ended) ctx.publish([ended]);
  return ended;
}
