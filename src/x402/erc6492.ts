import type { Address, Hex } from '#src/core/hex.ts';

/** A signature of a wallet that may not be deployed yet, with what deploys it. */
export type WrappedSignature = { factory: Address; factoryData: Hex; signature: Hex };

const suffix = '6492'.repeat(16);

/** True when a signature ends as ERC-6492 says. */
export function isWrapped(signature: Hex): boolean {
  return signature.endsWith(suffix);
}

/** Takes `abi.encode(factory, factoryData, signature) ‖ suffix` apart; null when it is malformed. */
export function unwrapSignature(wrapped: Hex): WrappedSignature | null {
  const body = wrapped.slice(2, -suffix.length);
  const dataAt = readOffset(body, 32);
  const signatureAt = readOffset(body, 64);
  if (dataAt === null || signatureAt === null || !/^0{24}[0-9a-f]{40}/.test(body)) return null;
  const factoryData = readBytes(body, dataAt);
  const signature = readBytes(body, signatureAt);
  if (factoryData === null || signature === null) return null;
  return { factory: `0x${body.slice(24, 64)}`, factoryData, signature };
}

/** A word that must be a position or length inside the text, in bytes. */
function readOffset(body: string, byte: number): number | null {
  const digits = body.slice(byte * 2, byte * 2 + 64);
  const value = digits.length === 64 ? Number.parseInt(digits, 16) : Number.NaN;
  return value * 2 <= body.length ? value : null;
}

function readBytes(body: string, byte: number): Hex | null {
  const length = readOffset(body, byte);
  if (length === null) return null;
  const start = (byte + 32) * 2;
  const digits = body.slice(start, start + length * 2);
  return digits.length === length * 2 ? `0x${digits}` : null;
}
