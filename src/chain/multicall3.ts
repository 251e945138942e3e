import type { Address, Hex } from '#src/core/hex.ts';

/** One leg of an aggregate; a failed leg fails no other. */
export type Leg = { to: Address; data: Hex };
export type LegResult = { ok: boolean; data: Hex };

const aggregate3 = '82ad56cb';
/** `getCurrentBlockTimestamp()`. */
export const timestampCall: Hex = '0x0f28c97d';

const word = (value: number): string => value.toString(16).padStart(64, '0');

/** Call data of `aggregate3` with allowFailure on every leg, written by hand: it stands on the hot path of payments. */
export function encodeAggregate3(legs: readonly Leg[]): Hex {
  let heads = '';
  let tails = '';
  let offset = legs.length * 32;
  for (const leg of legs) {
    heads += word(offset);
    const digits = leg.data.slice(2);
    const padded = digits.padEnd(Math.ceil(digits.length / 64) * 64, '0');
    tails += `${leg.to.slice(2).toLowerCase().padStart(64, '0')}${word(1)}${word(96)}${word(digits.length / 2)}${padded}`;
    offset += 128 + padded.length / 2;
  }
  return `0x${aggregate3}${word(32)}${word(legs.length)}${heads}${tails}`;
}

/** Results of `aggregate3`, in leg order. @throws Error when the data is not such an answer */
export function decodeAggregate3(data: string): LegResult[] {
  const body = data.slice(2);
  const at = (byte: number): number => {
    const digits = body.slice(byte * 2, byte * 2 + 64);
    const value = Number.parseInt(digits, 16);
    if (digits.length !== 64 || !(value <= body.length)) throw new Error('not an answer of aggregate3');
    return value;
  };
  const start = at(0);
  const count = at(start);
  const results: LegResult[] = [];
  for (let i = 0; i < count; i++) {
    const tuple = start + 32 + at(start + 32 + i * 32);
    const bytes = tuple + at(tuple + 32);
    const from = (bytes + 32) * 2;
    const digits = body.slice(from, from + at(bytes) * 2);
    if (digits.length !== at(bytes) * 2) throw new Error('not an answer of aggregate3');
    results.push({ ok: at(tuple) === 1, data: `0x${digits}` });
  }
  return results;
}
