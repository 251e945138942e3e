import type { LocalAccount } from 'viem';
import type { KeyProvider, SealedKey } from '#src/core/ports/keys.ts';
import { type CdpAccess } from './cdp-sdk.ts';
import { createCdpKeys } from './cdp.ts';
import { createLocalKeys, parseEncryptionKeys } from './local.ts';

/** What each backend is configured with. */
const remedies: Readonly<Record<string, string>> = {
  local: 'set KEY_ENCRYPTION_KEYS',
  cdp: 'set CDP_API_KEY_ID, CDP_API_KEY_SECRET and CDP_WALLET_SECRET',
};

/** Says that a backend is missing and what it takes. */
export function backendMissing(backend: string): string {
  return `key backend ${backend} is not configured: ${remedies[backend] ?? 'this release has none'}`;
}

export type KeyOptions = {
  /** Backend of new wallets' keys. */
  provider: 'local' | 'cdp';
  /** `id:base64 of 32 bytes,…`, the first is current. */
  encryptionKeys?: string | undefined;
  cdp?: CdpAccess | undefined;
};

/** Every configured backend, that of new wallets first. @throws Error when it is not configured, or malformed */
export function createKeys({ provider, encryptionKeys, cdp }: KeyOptions): KeyProvider<LocalAccount> {
  const backends = {
    local: encryptionKeys === undefined ? undefined : createLocalKeys(parseEncryptionKeys(encryptionKeys)),
    cdp: cdp && createCdpKeys(cdp),
  };
  const current = backends[provider];
  if (!current) throw new Error(backendMissing(provider));
  const others = [backends.local, backends.cdp].filter((one) => one !== undefined && one !== current);
  return createKeyring([current, ...(others as KeyProvider<LocalAccount>[])]);
}

/** New keys come from the first backend; a key is opened by the one it was made with. */
export function createKeyring(
  providers: readonly [KeyProvider<LocalAccount>, ...KeyProvider<LocalAccount>[]],
): KeyProvider<LocalAccount> {
  const [current] = providers;
  const of = (key: SealedKey): KeyProvider<LocalAccount> => {
    const provider = providers.find((one) => one.backend === key.backend);
    if (!provider) throw new Error(backendMissing(key.backend));
    return provider;
  };
  return {
    backend: current.backend,
    create: async (walletId, version) => current.create(walletId, version),
    open: async (walletId, key) => of(key).open(walletId, key),
    check: async (walletId, key) => of(key).check(walletId, key),
    rewrap: async (walletId, key) => of(key).rewrap(walletId, key),
  };
}
