import { createRequire } from 'node:module';
import { recoverPublicKey } from 'ox/Secp256k1';
import type secp256k1 from 'secp256k1';
import type { Address } from '#src/core/hex.ts';
import { bare, keccakHex } from '#src/core/keccak.ts';

/** Uncompressed public key (65 bytes) of a compact signature, or null when there is none. */
export type RecoverKey = (digest: Uint8Array, compact: Uint8Array, parity: 0 | 1) => Uint8Array | null;

export type Recovery = { recover: RecoverKey; backend: 'native' | 'noble' };

type Addon = Pick<typeof secp256k1, 'ecdsaRecover'>;

const require = createRequire(import.meta.url);

const halfOrder = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0';
const zero = '0'.repeat(64);

/** libsecp256k1 where its prebuilt addon loads, else noble's curve. The addon's elliptic fallback is never used. */
export function loadRecovery(load: () => unknown = loadAddon): Recovery {
  try {
    const addon = load() as Addon;
    return { recover: nativeRecover(addon), backend: 'native' };
  } catch {
    return { recover: nobleRecover, backend: 'noble' };
  }
}

function loadAddon(): unknown {
  return require('secp256k1/bindings.js');
}

function nativeRecover(addon: Addon): RecoverKey {
  return (digest, compact, parity) => {
    try {
      return addon.ecdsaRecover(compact, parity, digest, false);
    } catch {
      return null;
    }
  };
}

const nobleRecover: RecoverKey = (digest, compact, parity) => {
  try {
    const r = BigInt(`0x${bare(compact.subarray(0, 32))}`);
    const s = BigInt(`0x${bare(compact.subarray(32))}`);
    const key = recoverPublicKey({ payload: digest, signature: { r, s, yParity: parity } });
    const digits = key.x.toString(16).padStart(64, '0') + key.y.toString(16).padStart(64, '0');
    return Buffer.from(`04${digits}`, 'hex');
  } catch {
    return null;
  }
};

/** A 65-byte signature taken apart; null unless v is 0, 1, 27 or 28, s is low and neither r nor s is zero. */
export function splitSignature(signature: string): { r: string; s: string; parity: 0 | 1 } | null {
  if (signature.length !== 132) return null;
  const v = Number.parseInt(signature.slice(130), 16);
  const parity = v >= 27 ? v - 27 : v;
  if (parity !== 0 && parity !== 1) return null;
  const r = signature.slice(2, 66);
  const s = signature.slice(66, 130);
  // Hex digits of one case and length compare like their numbers.
  if (s === zero || s.toLowerCase() > halfOrder || r === zero) return null;
  return { r, s, parity };
}

/** Lower-case address whose key made the signature over the digest, or null. */
export function recoverAddress(recover: RecoverKey, digest: Uint8Array, signature: string): Address | null {
  const parts = splitSignature(signature);
  if (!parts) return null;
  const key = recover(digest, Buffer.from(parts.r + parts.s, 'hex'), parts.parity);
  return key ? `0x${keccakHex(key.subarray(1)).slice(24)}` : null;
}
