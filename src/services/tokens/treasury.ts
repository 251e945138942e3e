import { fail } from '#src/core/errors.ts';
import { eoaKind, type Wallet, type WalletRepository } from '#src/core/ports/wallets.ts';
import { treasurySubject, type Wallets } from '../wallets.ts';

export type SenderPorts = { wallets: Wallets; store: { wallets: Pick<WalletRepository, 'findOwned'> } };

/** The account that sends for an owner: the one it names by id or address, else its treasury. @throws validation */
export async function senderOf(
  { wallets, store }: SenderPorts,
  owner: string,
  from: string | undefined,
): Promise<Wallet> {
  if (from === undefined) return (await wallets.open(owner, treasurySubject)).wallet;
  const found = await store.wallets.findOwned(owner, from);
  if (found && found.kind !== eoaKind) return found;
  throw fail('validation', { field: 'from', message: `from ${from} is no smart account of yours` });
}
