import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';

const keptMs = 24 * 3_600_000;

/**
 * Runs `create` once for a key, in the caller's database transaction `tx` (a transaction with the given id saves a
 * statement); a replay answers the first transaction as it
 * stands now. A throw in `create` frees the key with the rest of the database transaction. Another fingerprint under
 * the same key throws `idempotency_conflict`.
 */
export async function idempotent(
  tx: JournalStore,
  clock: Clock,
  key: IdempotencyKey,
  create: (id: string) => Promise<Transaction>,
): Promise<{ transaction: Transaction; replayed: boolean }> {
  const now = clock.now();
  const id = newId('tx');
  const first = await tx.idempotency.claim(key, now, new Date(now.getTime() + keptMs), id);
  if (first === null) {
    const transaction = await create(id);
    if (transaction.id !== id) await tx.idempotency.bind(key, transaction.id);
    return { transaction, replayed: false };
  }
  if (first.fingerprint !== key.fingerprint) throw fail('idempotency_conflict', { resource: key.operation });
  const transaction =
    first.transactionId === null ? null : await tx.transactions.find(key.owner, first.transactionId);
  if (!transaction) throw fail('conflict', { resource: key.operation });
  return { transaction, replayed: true };
}
