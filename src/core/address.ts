import type { Address } from './hex.ts';
import { keccakHex } from './keccak.ts';

const limit = 10_000;
const known = new Map<string, Address>();

/** EIP-55 spelling of an address in any case; remembered, because addresses repeat. */
export function checksum(address: string): Address {
  const digits = address.slice(2).toLowerCase();
  const remembered = known.get(digits);
  if (remembered) return remembered;
  const hash = keccakHex(Buffer.from(digits, 'latin1'));
  let out = '0x';
  for (let i = 0; i < 40; i++) {
    const digit = digits[i] as string;
    out += hash.charCodeAt(i) >= 0x38 ? digit.toUpperCase() : digit;
  }
  if (known.size >= limit) known.clear();
  known.set(digits, out as Address);
  return out as Address;
}

/** True when both spell the same address. */
export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
