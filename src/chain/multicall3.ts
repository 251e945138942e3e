import type { Address, Hex } from '#src/core/hex.ts';

/** One leg of an aggregate; a failed leg fails no other. */
export type Leg = { to: Address; data: Hex };
export type LegResult = { ok: boolean; data: Hex };

const aggregate3 = '82ad56cb';
const tryAggregate = 'bce38bd7';
/** `getCurrentBlockTimestamp()`. */
export const timestampCall: Hex = '0x0f28c97d';

const word = (value: number): string => value.toString(16).padStart(64, '0');

/** Call data of `aggregate3` with allowFailure on every leg, written by hand: it stands on the hot path of payments. */
export function encodeAggregate3(legs: readonly Leg[]): Hex {
  return `0x${aggregate3}${word(32)}${encodeLegs(legs, word(1))}`;
}

/** Call data of `tryAggregate(false, legs)`: the same outcome as above for a word less a leg, which a sender pays for. */
export function encodeTryAggregate(legs: readonly Leg[]): Hex {
  return `0x${tryAggregate}${word(0)}${word(64)}${encodeLegs(legs, '')}`;
}

/** The array of legs; `mark` is the word each carries between target and call data. */
function encodeLegs(legs: readonly Leg[], mark: string): string {
  let heads = '';
  let tails = '';
  let offset = legs.length * 32;
  const fixed = 64 + mark.length / 2;
  for (const { to, data } of legs) {
    heads += word(offset);
    const digits = data.slice(2);
    const padded = digits.padEnd(Math.ceil(digits.length / 64) * 64, '0');
    const target = to.slice(2).toLowerCase().padStart(64, '0');
    tails += `${target}${mark}${word(fixed)}${word(digits.length / 2)}${padded}`;
    offset += fixed + 32 + padded.length / 2;
  }
  return `${word(legs.length)}${heads}${tails}`;
}

/** Results of `aggregate3` or `tryAggregate`, in leg order. @throws Error when the data is not such an answer */
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
