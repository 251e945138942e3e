import type { Address } from '../hex.ts';

/** An owner key as the database keeps it: sealed, or a name in somebody else's vault; never the key itself. */
export type SealedKey = {
  /** The backend it was made with; only that one can open it. */
  backend: string;
  /** Counts the owner keys a wallet has had, from 1. */
  version: number;
  /** Address of the key. */
  owner: Address;
  /** What the backend needs to open it (JSON-safe). */
  sealed: Readonly<Record<string, string>>;
};

/** Where owner keys are made and opened. `Signer` is the chain layer's own type. */
export type KeyProvider<Signer = unknown> = {
  backend: string;
  create(walletId: string, version: number): Promise<SealedKey>;
  /** @throws Error when the key is not of this wallet, version or backend */
  open(walletId: string, key: SealedKey): Promise<Signer>;
  /** Makes sure that the key can be opened, without asking anybody. @throws Error saying what is missing or wrong */
  check(walletId: string, key: SealedKey): Promise<void>;
  /** The same key sealed under the current encryption key; null when it already is. */
  rewrap(walletId: string, key: SealedKey): Promise<SealedKey | null>;
};
