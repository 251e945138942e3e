import { fail } from './errors.ts';

const maxUint256 = 2n ** 256n - 1n;

/** Atomic units from the wire, 0 … 2^256-1. @throws validation naming `field` */
export function parseAmount(text: string, field: string): bigint {
  const amount = /^\d{1,78}$/.test(text) ? BigInt(text) : -1n;
  if (amount < 0n || amount > maxUint256) {
    throw fail('validation', {
      field,
      message: `${field} must be a whole number of atomic units below 2^256`,
    });
  }
  return amount;
}

/** Atomic units for people: `1500000` with 6 decimals is `1.5`. */
export function formatAmount(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return fraction ? `${whole}.${fraction}` : whole;
}

/** Splits a whole amount into `count` parts that differ by one at most and sum up to it. */
export function shares(total: bigint, count: number): bigint[] {
  const parts = BigInt(count);
  return Array.from({ length: count }, (_, i) => total / parts + (BigInt(i) < total % parts ? 1n : 0n));
}
