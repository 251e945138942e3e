import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Random id `<prefix>_<length chars of [0-9a-z]>`; 24 chars carry 124 bits. */
export function newId(prefix: string, length = 24): string {
  let out = '';
  while (out.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // 252 = 7 × 36: dropping the rest keeps every character equally likely.
      if (byte < 252 && out.length < length) out += alphabet[byte % 36];
    }
  }
  return `${prefix}_${out}`;
}
