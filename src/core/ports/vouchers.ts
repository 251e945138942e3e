import type { Address, Hex } from '../hex.ts';
import type { Effect } from './tokens.ts';

/** Permission to mint `amount` (atomic units) once per receipt. */
export type MintVoucher = {
  token: Address;
  recipient: Address;
  amount: bigint;
  /** Client and receipt id, hashed. */
  receipt: Hex;
  /** Unix seconds. */
  deadline: bigint;
};

/** EIP-712 typed data as wallets take it: integers as decimal strings. */
export type VoucherTypedData = {
  domain: { name: string; version: string; chainId: number; verifyingContract: Address };
  types: Record<string, { name: string; type: string }[]>;
  primaryType: 'MintVoucher';
  message: { token: Address; recipient: Address; amount: string; receipt: Hex; deadline: string };
};

/** What a token says of itself and of us; null for what it does not answer. */
export type TokenStanding = {
  symbol: string | null;
  decimals: number | null;
  totalSupply: bigint | null;
  /** The voucher contract of the network and whether the token lets it mint. */
  minter: Address;
  mayMint: boolean;
  /** Our signer and whether the voucher contract takes its word for this token. */
  signer: Address;
  maySign: boolean;
};

/** That the chain has taken a voucher. */
export type Redemption = {
  /** Null where it is too long ago to be searched for, or the node searches no logs. */
  txHash: Hex | null;
  /** As deep as the network's confirmations. */
  settled: boolean;
};

/** Mint vouchers: signed by us, redeemed by whoever sends them. */
export type VoucherPort = {
  /** @throws unavailable when no signer is configured */
  signer(): Address;
  /** In one round trip. @throws unavailable, unsupported_network, chain_unavailable */
  standing(network: string, token: Address): Promise<TokenStanding>;
  receiptOf(clientId: string, receiptId: string): Hex;
  typedData(network: string, voucher: MintVoucher): VoucherTypedData;
  /** @throws unavailable when no signer is configured */
  sign(network: string, voucher: MintVoucher): Promise<Hex>;
  redemption(network: string, voucher: MintVoucher, signature: Hex): Effect;
  /** What the chain says of the receipt, null while it is unused. @throws unsupported_network, chain_unavailable */
  redeemedBy(network: string, voucher: MintVoucher): Promise<Redemption | null>;
};
