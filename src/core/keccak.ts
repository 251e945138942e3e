import { keccak256 as oxKeccak256 } from 'ox/Hash';

/** Keccak-256 of bytes. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return oxKeccak256(bytes, { as: 'Bytes' });
}

/** Keccak-256 of a text's UTF-8 bytes, as 64 hex digits without prefix. */
export function keccakText(text: string): string {
  return bare(keccak256(Buffer.from(text, 'utf8')));
}

/** Hex digits without prefix. */
export function bare(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
