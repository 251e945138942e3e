import { encodeAbiParameters, keccak256, type LocalAccount, type PublicClient } from 'viem';
import type { SmartAccount } from 'viem/account-abstraction';
import type { AccountPlanner, AccountRecord } from '#src/core/ports/accounts.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { AccountKind } from './kind.ts';
import { safeKind } from './safe.ts';

export type SmartAccounts = AccountPlanner & {
  /** The account ready to sign, its key opened. */
  open(record: AccountRecord, client: PublicClient, validUntil: number): Promise<SmartAccount>;
};

/** New accounts are of the first kind; every kind that a row may name stays able to sign. */
export function createSmartAccounts(
  keys: Pick<KeyProvider<LocalAccount>, 'open'>,
  kinds: readonly [AccountKind, ...AccountKind[]] = [safeKind],
): SmartAccounts {
  return {
    plan({ owner, subject }) {
      // The owner is bound by the Safe's own initialiser too; a stranger who copies the salt gets another address.
      const salt = keccak256(
        encodeAbiParameters([{ type: 'address' }, { type: 'string[]' }], [owner, [...subject]]),
      );
      return kinds[0].plan({ owner, salt });
    },
    async open(record, client, validUntil) {
      const kind = kinds.find((one) => one.kind === record.kind);
      if (!kind) throw new Error(`no implementation signs for accounts of kind ${record.kind}`);
      const signer = await keys.open(record.walletId, record.key);
      return kind.open({ account: record, signer, client, validUntil });
    },
  };
}
