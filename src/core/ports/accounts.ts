import type { Address, Hex } from '../hex.ts';
import type { SealedKey } from './keys.ts';

/** Everything a smart account's address follows from, for ever; none of it changes when the owner does. */
export type AccountPlan = {
  /** Implementation, e.g. `safe-1.4.1`. */
  kind: string;
  factory: Address;
  entryPoint: Address;
  initialOwner: Address;
  /** 32 bytes. */
  salt: Hex;
  address: Address;
};

/** A smart account with the key that signs for it now. */
export type AccountRecord = AccountPlan & { walletId: string; key: SealedKey };

/** Plans accounts without asking a chain: the address is the same on every network. */
export type AccountPlanner = {
  /** `subject` is what the account belongs to; it and the owner are bound into the salt. */
  plan(input: { owner: Address; subject: readonly string[] }): AccountPlan;
};

/** Finds the account behind an address; null when it is not ours. */
export type AccountSource = { findAccount(address: Address): Promise<AccountRecord | null> };
