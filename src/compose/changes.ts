import type { JournalStore } from '#src/core/journal-store.ts';
import type { Transaction } from '#src/core/journal.ts';
import type { Store } from '#src/db/store.ts';
import { applyNftChanges } from '#src/services/nfts/changes.ts';
import { applyTokenChanges } from '#src/services/tokens/changes.ts';
import type { AccountParts } from './accounts.ts';
import type { Signers } from './facilitator.ts';

/** What becomes true together with a transaction's final state; the store is ours, bound to its database transaction. */
export function composeChanges(
  signers: Pick<Signers, 'onChange'>,
  { sponsorship }: Pick<AccountParts, 'sponsorship'>,
) {
  return async (store: JournalStore, transactions: readonly Transaction[]): Promise<void> => {
    const tx = store as Store;
    await signers.onChange(tx, transactions);
    await sponsorship.settle(tx, transactions);
    await applyTokenChanges(tx, transactions);
    await applyNftChanges(tx, transactions);
  };
}
