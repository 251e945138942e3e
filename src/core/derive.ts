import { hkdfSync } from 'node:crypto';

/** A 32-byte key of its own for one purpose (HKDF-SHA-256, RFC 5869); the purpose is part of the contract. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'chronos', purpose, 32));
}
