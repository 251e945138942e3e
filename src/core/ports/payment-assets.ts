import type { Address } from '../hex.ts';

/** A token that payments may be asked in. */
export type PaymentAsset = {
  id: number;
  network: string;
  /** Lower-case. */
  asset: Address;
  symbol: string;
  decimals: number;
  active: boolean;
  /** EIP-712 domain; null when the token does not tell it. */
  eip712Name: string | null;
  eip712Version: string | null;
  /** Least amount that may be asked for, atomic units. */
  minAmount: bigint;
  createdAt: Date;
};

export type NewPaymentAsset = Omit<PaymentAsset, 'id' | 'createdAt'>;

export type PaymentAssetRepository = {
  /** Null when the asset is registered already; a deleted one comes back. */
  insert(asset: NewPaymentAsset, at: Date): Promise<PaymentAsset | null>;
  /** Writes it unless it was ever there, deleted or not. */
  seed(asset: NewPaymentAsset, at: Date): Promise<void>;
  list(filter: { activeOnly: boolean }): Promise<PaymentAsset[]>;
  find(id: number): Promise<PaymentAsset | null>;
  update(id: number, change: Partial<NewPaymentAsset>): Promise<PaymentAsset | null>;
  delete(id: number, at: Date): Promise<boolean>;
};

/** What a token says of itself. */
export type TokenFacts = {
  symbol: string | null;
  decimals: number | null;
  name: string | null;
  version: string | null;
};
