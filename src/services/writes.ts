import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { IdempotencyKey, NewTransaction, Transaction } from '#src/core/journal.ts';
import type { Journal } from './journal.ts';
import type { Approval, Sponsorship, SponsorshipStore } from './sponsorship.ts';

/** What came of a keyed write; `replayed` when the key had been used for the same request before. */
export type Written = { transaction: Transaction; replayed: boolean };

/** An intent that passed all checks; `bind` joins rows of the domain to it in the same database transaction. */
export type Intent<S> = {
  transaction: Omit<NewTransaction, 'id'>;
  bind?(tx: S, transactionId: string): Promise<void>;
};

export type Writer<S> = {
  /**
   * Writes an intent down and wakes its lane. A key that was used for the same request answers the first transaction
   * without asking `prepare` again. @throws idempotency_conflict, sponsorship_denied, and whatever `prepare` refuses with
   */
  write(key: IdempotencyKey | null, prepare: () => Promise<Intent<S>>): Promise<Written>;
};

type Store<S> = Omit<JournalStore, 'transaction'> & { transaction<T>(fn: (tx: S) => Promise<T>): Promise<T> };

export type WriterPorts<S> = {
  store: Store<S>;
  journal: Pick<Journal, 'submit' | 'idempotent' | 'wake'>;
  /** Whether the operator pays for it, and out of which budget. */
  sponsorship: Pick<Sponsorship, 'approve' | 'reserve'>;
  now: () => Date;
};

/** Checks first (they may ask a chain), then one database transaction: key, intent, what it may cost and domain rows. */
export function createWriter<S extends JournalStore & SponsorshipStore>({
  store,
  journal,
  sponsorship,
  now,
}: WriterPorts<S>): Writer<S> {
  const replay = async (key: IdempotencyKey | null): Promise<Written | null> => {
    const first = key && (await store.idempotency.find(key, now()));
    if (!key || !first?.transactionId) return null;
    if (first.fingerprint !== key.fingerprint)
      throw fail('idempotency_conflict', { resource: key.operation });
    const transaction = await store.transactions.find(key.owner, first.transactionId);
    return transaction && { transaction, replayed: true };
  };

  return {
    async write(key, prepare) {
      const first = await replay(key);
      if (first) return first;
      let intent: Intent<S>;
      let approval: Approval;
      try {
        intent = await prepare();
        approval = await sponsorship.approve(intent.transaction);
      } catch (error) {
        // A twin that was faster may be why the checks refuse now: its answer is ours.
        const twin = await replay(key);
        if (twin) return twin;
        throw error;
      }
      const written = await store.transaction(async (tx) => {
        const create = async (id: string): Promise<Transaction> => {
          await intent.bind?.(tx, id);
          const transaction = await journal.submit(tx, { ...intent.transaction, id });
          await sponsorship.reserve(tx, approval, id);
          return transaction;
        };
        return key
          ? journal.idempotent(tx, key, create)
          : { transaction: await create(newId('tx')), replayed: false };
      });
      journal.wake(written.transaction.lane);
      return written;
    },
  };
}
