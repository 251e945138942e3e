import type { AccountRecord, AccountSource } from './accounts.ts';

/** A smart account, or a plain key, and whose it is. */
export type Wallet = AccountRecord & {
  id: string;
  /** Journal owner, `client:client_…`. */
  owner: string;
  /** What it is for within its owner: `user:<id>`, `treasury`. */
  subject: string;
  createdAt: Date;
};

/** `kind` of a plain key that stands for itself: no contract, no operations. */
export const eoaKind = 'eoa';

export type NewWallet = Omit<Wallet, 'createdAt' | 'walletId'>;

export type WalletRepository = AccountSource & {
  find(owner: string, subject: string): Promise<Wallet | null>;
  /** By its id or its address, in any case. */
  findOwned(owner: string, idOrAddress: string): Promise<Wallet | null>;
  /** Inserts wallet and key together; null when the subject has one already (a twin was faster). */
  insert(wallet: NewWallet, at: Date): Promise<Wallet | null>;
};
