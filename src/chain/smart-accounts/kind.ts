import type { LocalAccount, PublicClient } from 'viem';
import type { SmartAccount } from 'viem/account-abstraction';
import type { Address, Hex } from '#src/core/hex.ts';
import type { AccountPlan } from '#src/core/ports/accounts.ts';

/** One implementation of smart accounts. */
export type AccountKind = {
  kind: string;
  /** Offline. */
  plan(input: { owner: Address; salt: Hex }): AccountPlan;
  /** `validUntil`: unix seconds after which the chain refuses what is signed here, whatever the paymaster says. */
  open(input: {
    account: AccountPlan;
    signer: LocalAccount;
    client: PublicClient;
    validUntil: number;
  }): Promise<SmartAccount>;
};
