import type { SealedKey } from './keys.ts';

export type StoredKey = { walletId: string; key: SealedKey };

/** The sealed keys of all wallets, for their custody; signing reads them with the wallet. */
export type WalletKeyRepository = {
  /** One key of each backend and encryption key in use. */
  listSamples(): Promise<StoredKey[]>;
  /** Keys in a fixed order; `after` is the last one of the page before. */
  listAfter(after: StoredKey | null, limit: number): Promise<StoredKey[]>;
  /** Replaces what is sealed, never the owner; false when it was replaced meanwhile. */
  replaceSealed(stored: StoredKey, next: SealedKey): Promise<boolean>;
};
