import type { Address } from '#src/core/hex.ts';
import { keccak256, keccakHex, keccakText } from '#src/core/keccak.ts';

/** EIP-712 domain with all four usual members. */
export type Domain = { name: string; version: string; chainId: number; verifyingContract: Address };

const domainTypeHash = keccakText(
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)',
);
const limit = 1_000;
/** 0x19 0x01, and room for the two hashes behind it. */
const prefixed = Buffer.alloc(2 + 32 + 32);
prefixed.set([0x19, 0x01]);
const separators = new Map<string, string>();

/** 64 hex digits of a value: an address, a number or 32 bytes. */
export function word(value: bigint | number | string): string {
  const digits = typeof value === 'string' ? value.slice(2) : value.toString(16);
  return digits.padStart(64, '0');
}

/** Domain separator, 64 hex digits; the last ones asked for are remembered. */
export function domainSeparator(domain: Domain): string {
  const key = `${domain.chainId} ${domain.verifyingContract} ${domain.version.length} ${domain.version}${domain.name}`;
  const remembered = separators.get(key);
  if (remembered) return remembered;
  const separator = hashWords(
    domainTypeHash +
      keccakText(domain.name) +
      keccakText(domain.version) +
      word(domain.chainId) +
      word(domain.verifyingContract),
  );
  if (separators.size >= limit) separators.clear();
  separators.set(key, separator);
  return separator;
}

/** Keccak-256 of hex digits, as hex digits. */
export function hashWords(digits: string): string {
  return keccakHex(Buffer.from(digits, 'hex'));
}

/** What is signed: keccak256(0x19 0x01 ‖ separator ‖ struct hash). */
export function typedDataDigest(domain: Domain, structHash: string): Uint8Array {
  return separatedDigest(domainSeparator(domain), structHash);
}

/** The same for a separator at hand, 64 hex digits. */
export function separatedDigest(separator: string, structHash: string): Uint8Array {
  prefixed.write(separator, 2, 'hex');
  prefixed.write(structHash, 34, 'hex');
  return keccak256(prefixed);
}
