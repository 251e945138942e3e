import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomInt,
  timingSafeEqual,
} from 'node:crypto';
import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 43 characters of 62 carry 256 bits; 6 hold a CRC-32. */
const randomChars = 43;
const checksumChars = 6;

/** A generated secret: what goes before it (`sk_live_`) and the letter that says what it opens (`k`, `c`). */
export type SecretKind = { prefix: string; letter: string };

function checksum(text: string): string {
  let rest = crc32(text);
  let out = '';
  for (let i = 0; i < checksumChars; i += 1) {
    out = alphabet[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/** `<prefix><letter><43 random characters><checksum>`. Show it once, keep its hash. */
export function newSecret({ prefix, letter }: SecretKind): string {
  let body = prefix + letter;
  for (let i = 0; i < randomChars; i += 1) body += alphabet[randomInt(62)];
  return body + checksum(body);
}

/** What a secret says it is, null when it can't be one of ours: told without a look-up. */
export function readSecret(text: string): SecretKind | null {
  const found = /^((?:sk|pk)_(?:live|test)_)([a-z])[0-9A-Za-z]{49}$/.exec(text);
  if (!found || checksum(text.slice(0, -checksumChars)) !== text.slice(-checksumChars)) return null;
  return { prefix: found[1]!, letter: found[2]! };
}

/** HMAC keys that are prepared already: from bytes each HMAC would cost five times as much. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

function hmacKey(bytes: Uint8Array): KeyObject {
  const known = prepared.get(bytes);
  if (known) return known;
  const key = createSecretKey(bytes);
  prepared.set(bytes, key);
  return key;
}

const comparing = createSecretKey(Buffer.from('compare', 'utf8'));

/** Keyed hash under which a secret is kept and found: a stolen table alone opens nothing. */
export function hashSecret(pepper: Uint8Array, secret: string): string {
  return createHmac('sha256', hmacKey(pepper)).update(secret).digest('base64url');
}

/** A key of its own for one purpose (HKDF-SHA-256), 32 bytes. */
export function deriveKey(master: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'chronos', purpose, 32));
}

/** Compares secrets in constant time, whatever their lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', comparing).update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
