import type { Address, Hex } from '#src/core/hex.ts';
import type { View } from '#src/core/probe.ts';
import { keccakText } from '#src/core/keccak.ts';
import { word } from './typed-data.ts';

/** First four bytes of a function's hash, 8 hex digits. */
export const selector = (signature: string): string => keccakText(signature).slice(0, 8);

/** Topic of an event. */
export const topic = (signature: string): Hex => `0x${keccakText(signature)}`;

/** A call of static arguments, already encoded as words. */
export function view(to: Address, functionSelector: string, words = ''): View {
  return { to, data: `0x${functionSelector}${words}` };
}

/** `bytes` at the tail of a tuple: length, then the content padded to whole words. */
export function tail(bytes: Hex): string {
  const digits = bytes.slice(2);
  const padded = digits.padEnd(Math.ceil(digits.length / 64) * 64, '0');
  return word(digits.length / 2) + padded;
}

/** A returned uint256, or null when it is not one word. */
export function readUint(data: Hex): bigint | null {
  return data.length === 66 ? BigInt(data) : null;
}

/** A returned bool, or null when it is anything but 0 or 1. */
export function readBool(data: Hex): boolean | null {
  const value = readUint(data);
  return value === 0n ? false : value === 1n ? true : null;
}

/** A returned string (or bytes32 text of old tokens), or null. Bounded at 256 bytes. */
export function readText(data: Hex): string | null {
  const bytes = Buffer.from(data.slice(2), 'hex');
  if (bytes.length === 32) return bytes.toString('utf8').replace(/\0+$/, '');
  if (bytes.length < 64 || bytes.length > 64 + 256) return null;
  const length = Number(BigInt(`0x${bytes.subarray(32, 64).toString('hex')}`));
  return 64 + length > bytes.length ? null : bytes.subarray(64, 64 + length).toString('utf8');
}
