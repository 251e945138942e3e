import type { Address, Hex } from '#src/core/hex.ts';

export type Fields = Readonly<Record<string, unknown>>;

const uintPattern = /^(?:0|[1-9][0-9]{0,77})$/;
const addressPattern = /^0x[0-9a-fA-F]{40}$/;
const wordPattern = /^0x[0-9a-fA-F]{64}$/;
const bytesPattern = /^0x(?:[0-9a-fA-F]{2})*$/;
const uintLimit = 1n << 256n;

/** A plain JSON object, or null. */
export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** A text of at most `max` UTF-16 units, or null. */
export function asText(value: unknown, max: number): string | null {
  return typeof value === 'string' && value.length <= max ? value : null;
}

/** A uint256 as a strict decimal string (no hex, sign, space or leading zero), or null. */
export function asUint(value: unknown): bigint | null {
  if (typeof value !== 'string' || value.length > 78 || !uintPattern.test(value)) return null;
  const number = BigInt(value);
  return number < uintLimit ? number : null;
}

/** An address in any case, lower-cased, or null. */
export function asAddress(value: unknown): Address | null {
  if (typeof value !== 'string' || value.length !== 42 || !addressPattern.test(value)) return null;
  return value.toLowerCase() as Address;
}

/** 32 bytes as hex, lower-cased, or null. */
export function asWord(value: unknown): Hex | null {
  if (typeof value !== 'string' || value.length !== 66 || !wordPattern.test(value)) return null;
  return value.toLowerCase() as Hex;
}

/** At most `maxBytes` bytes as hex, lower-cased, or null. */
export function asBytes(value: unknown, maxBytes: number): Hex | null {
  if (typeof value !== 'string' || value.length > 2 + 2 * maxBytes || !bytesPattern.test(value)) return null;
  return value.toLowerCase() as Hex;
}

/** Equality of JSON values, whatever the order of keys; what nests deeper than 32 levels equals nothing. */
export function sameJson(a: unknown, b: unknown, depth = 32): boolean {
  if (a === b) return true;
  if (depth === 0) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameJson(item, b[i], depth - 1));
  }
  const left = asFields(a);
  const right = asFields(b);
  if (!left || !right) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key], depth - 1));
}
