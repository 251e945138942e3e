import type { Address, Hex } from '#src/core/hex.ts';
import { bare } from '#src/core/keccak.ts';
import type { CallResult, View } from '#src/core/probe.ts';
import { selector, tail, view } from './abi.ts';
import { word } from './typed-data.ts';

const isValidSignature = selector('isValidSignature(bytes32,bytes)');
const magic = `0x1626ba7e${'0'.repeat(56)}`;

/** ERC-1271 check; an account without code answers it with nothing at all. */
export function walletRead(payer: Address, digest: Uint8Array, signature: Hex): View {
  return view(payer, isValidSignature, bare(digest) + word(64) + tail(signature));
}

/** `none`: no code at the payer · `agrees`, `refuses`: its code's word (EIP-7702 delegations included). */
export function walletSays(result: CallResult | undefined): 'none' | 'agrees' | 'refuses' {
  if (result?.ok && result.data === '0x') return 'none';
  return result?.ok && result.data === magic ? 'agrees' : 'refuses';
}
