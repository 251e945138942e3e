import type { Address } from '../hex.ts';

/** smart_account: sends without gas of its own · eoa: a plain key that signs, and nothing else. */
export type WalletType = 'smart_account' | 'eoa';

/** A wallet that a tenant made for itself or its users. */
export type TenantWallet = {
  id: string;
  owner: string;
  type: WalletType;
  address: Address;
  label: string | null;
  /** The tenant's own name for it, unique. */
  externalId: string | null;
  createdAt: Date;
};

export type NewTenantWallet = Omit<TenantWallet, 'address' | 'createdAt'>;

export type TenantWalletRepository = {
  /** Null when the external id is taken. */
  insert(wallet: NewTenantWallet, at: Date): Promise<TenantWallet | null>;
  find(owner: string, id: string): Promise<TenantWallet | null>;
  findByExternalId(owner: string, externalId: string): Promise<TenantWallet | null>;
  /** Newest first; `total` counts all that fit. One more than `limit` when there is more. */
  list(
    owner: string,
    filter: { after?: string; limit: number; type?: WalletType; externalId?: string },
  ): Promise<{ wallets: TenantWallet[]; total: number }>;
};
