import type { Hex } from '../hex.ts';
import type { AccountRecord } from './accounts.ts';

/** EIP-712 data as it came in; whether it makes sense is for the signer to say. */
export type TypedData = {
  domain: Record<string, unknown>;
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, unknown>;
};

export type Signed = {
  /** What was signed (EIP-191 or EIP-712 digest), as verifiers compute it. */
  hash: Hex;
  /** Of a plain key: 65 bytes. Of a smart account: ERC-1271, wrapped (ERC-6492) until it is deployed. */
  signature: Hex;
};

/** Signs with the keys of wallets. `network` tells where a smart account is to be verified. */
export type WalletSigner = {
  /** @throws chain_unavailable */
  message(account: AccountRecord, network: string, message: string | { raw: Hex }): Promise<Signed>;
  /** @throws validation for data that has no digest · chain_unavailable */
  typedData(account: AccountRecord, network: string, data: TypedData): Promise<Signed>;
};
