import type { Address } from './hex.ts';
import { bare, keccak256 } from './keccak.ts';

const limit = 10_000;
const known = new Map<string, Address>();

/** EIP-55 spelling of a lower-case address; remembered, because payees repeat. */
export function checksum(address: Address): Address {
  const remembered = known.get(address);
  if (remembered) return remembered;
  const digits = address.slice(2);
  const hash = bare(keccak256(Buffer.from(digits, 'latin1')));
  let out = '0x';
  for (let i = 0; i < 40; i++) {
    const digit = digits[i] as string;
    out += hash.charCodeAt(i) >= 0x38 ? digit.toUpperCase() : digit;
  }
  if (known.size >= limit) known.clear();
  known.set(address, out as Address);
  return out as Address;
}
