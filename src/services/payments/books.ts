import { gather } from '#src/core/gather.ts';
import type { NewTransaction } from '#src/core/journal.ts';
import type { NewSettlement, Settlement } from '#src/core/ports/settlements.ts';
import type { PaymentsOptions } from './ports.ts';

/** A payment and the intent to put it on the chain. */
export type Entry = { settlement: NewSettlement; intent: NewTransaction };

/** The two writes of every settlement; those of many at a time share a commit. */
export type Books = {
  /** Writes payment and intent in one database transaction; null when the payment is known already. */
  open(entry: Entry): Promise<Settlement | null>;
  /** Takes the right to say success, once; false when it was taken before. */
  claimDelivery(id: string): Promise<boolean>;
};

/** What one commit may carry. */
const most = 150;

export function createBooks({
  store,
  journal,
  clock,
}: Pick<PaymentsOptions, 'store' | 'journal' | 'clock'>): Books {
  return {
    open: gather(
      (entries: readonly Entry[]) =>
        store.transaction(async (tx) => {
          const at = clock.now();
          const written = await tx.settlements.insertMany(
            entries.map(({ settlement }) => settlement),
            at,
          );
          const intents = entries.filter((_, i) => written[i]).map(({ intent }) => intent);
          await journal.submitMany(tx, intents);
          return written;
        }),
      most,
    ),
    claimDelivery: gather(async (ids: readonly string[]) => {
      const claimed = new Set(await store.settlements.claimDeliveries([...new Set(ids)], clock.now()));
      // Of two calls for one payment in a run one alone may say success.
      return ids.map((id) => claimed.delete(id));
    }, most),
  };
}
