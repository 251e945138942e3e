import type { LocalAccount } from 'viem';
import type { KeyProvider, SealedKey } from '#src/core/ports/keys.ts';

/** New keys come from the first backend; a key is opened by the one it was made with. */
export function createKeyring(
  providers: readonly [KeyProvider<LocalAccount>, ...KeyProvider<LocalAccount>[]],
): KeyProvider<LocalAccount> {
  const [current] = providers;
  const of = (key: SealedKey): KeyProvider<LocalAccount> => {
    const provider = providers.find((one) => one.backend === key.backend);
    if (!provider) throw new Error(`key backend ${key.backend} is not configured`);
    return provider;
  };
  return {
    backend: current.backend,
    create: async (walletId, version) => current.create(walletId, version),
    open: async (walletId, key) => of(key).open(walletId, key),
    rewrap: async (walletId, key) => of(key).rewrap(walletId, key),
  };
}
