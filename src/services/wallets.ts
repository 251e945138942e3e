import type { Clock } from '#src/core/clock.ts';
import { newId } from '#src/core/ids.ts';
import type { Address } from '#src/core/hex.ts';
import type { AccountPlan, AccountPlanner } from '#src/core/ports/accounts.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { WalletType } from '#src/core/ports/tenant-wallets.ts';
import { eoaKind, type Wallet, type WalletRepository } from '#src/core/ports/wallets.ts';

/** Accounts of owners and their users; one a (owner, subject), for ever the same address and type. */
export type Wallets = {
  /** Makes the wallet when there is none; twins get the same one. */
  open(owner: string, subject: string, type?: WalletType): Promise<{ wallet: Wallet; isNew: boolean }>;
  find(owner: string, subject: string): Promise<Wallet | null>;
};

export type WalletPorts = {
  store: { wallets: WalletRepository };
  keys: Pick<KeyProvider, 'create'>;
  accounts: AccountPlanner;
  clock: Clock;
};

/** Subject of an app's user. */
export const userSubject = (userId: string): string => `user:${userId}`;

/** Subject of the account that mints and pays claims for an owner. */
export const treasurySubject = 'treasury';

export function createWallets({ store, keys, accounts, clock }: WalletPorts): Wallets {
  const make = async (
    owner: string,
    subject: string,
    type: WalletType,
  ): Promise<{ wallet: Wallet; isNew: boolean }> => {
    const id = newId('wal');
    const key = await keys.create(id, 1);
    const plan =
      type === 'eoa'
        ? plainKey(key.owner)
        : // The random id keeps the salt, which the deployment publishes, from telling who the user is.
          accounts.plan({ owner: key.owner, subject: [owner, subject, id] });
    const made = await store.wallets.insert({ ...plan, id, owner, subject, key }, clock.now());
    if (made) return { wallet: made, isNew: true };
    const twin = await store.wallets.find(owner, subject);
    if (!twin) throw new Error(`wallet of ${owner} ${subject} was taken and is not there`);
    return { wallet: twin, isNew: false };
  };
  const findOrMake = async (owner: string, subject: string, type: WalletType) => {
    const known = await store.wallets.find(owner, subject);
    return known ? { wallet: known, isNew: false } : make(owner, subject, type);
  };
  // Twins in one process share the work: a key in somebody else's vault can't be thrown away again. They share the look
  // too: what one of them read before the other wrote may reach it after.
  const opening = new Map<string, ReturnType<typeof make>>();
  return {
    find: (owner, subject) => store.wallets.find(owner, subject),
    async open(owner, subject, type = 'smart_account') {
      const who = JSON.stringify([owner, subject]);
      const begun = opening.get(who);
      if (begun) return { wallet: (await begun).wallet, isNew: false };
      const opened = findOrMake(owner, subject, type).finally(() => opening.delete(who));
      opening.set(who, opened);
      return opened;
    },
  };
}

const zeroAddress = `0x${'0'.repeat(40)}` as const;

/** A key that is its own account: nothing deploys it. */
function plainKey(address: Address): AccountPlan {
  return {
    kind: eoaKind,
    factory: zeroAddress,
    entryPoint: zeroAddress,
    initialOwner: address,
    salt: `0x${'0'.repeat(64)}`,
    address,
  };
}
