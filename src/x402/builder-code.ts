import type { Hex } from '#src/core/hex.ts';
import type { X402Version } from '#src/core/payment.ts';
import { asFields, type Fields } from './fields.ts';

/** x402 extension: ERC-8021 says at the end of the call data who has a share in a payment. */
export const builderCodeExtension = 'builder-code';

const marker = '80218021802180218021802180218021';
const schemaId = '02';
const pattern = /^[a-z0-9_]{1,32}$/;
/** Five of the payer, five of the merchant. */
const maxServices = 10;

/**
 * What to append to the call data of a settlement, null for nothing. Codes that are malformed are left out; the
 * merchant's own (`a`) counts in version 2 alone, whose servers check what their payers echo.
 */
export function builderSuffix(
  { version, extensions }: { version: X402Version; extensions: Fields },
  wallet: string | null,
): Hex | null {
  const info = asFields(asFields(extensions[builderCodeExtension])?.['info']) ?? {};
  const app = version === 2 && isCode(info['a']) ? info['a'] : null;
  const told: readonly unknown[] = Array.isArray(info['s']) ? info['s'] : [info['s']];
  const services = told.filter(isCode).slice(0, maxServices);
  const entries = [
    ...(app === null ? [] : [text('a') + text(app)]),
    ...(wallet === null ? [] : [text('w') + text(wallet)]),
    ...(services.length === 0 ? [] : [text('s') + head(4, services.length) + services.map(text).join('')]),
  ];
  if (entries.length === 0) return null;
  const map = head(5, entries.length) + entries.join('');
  const length = (map.length / 2).toString(16).padStart(4, '0');
  return `0x${map}${length}${schemaId}${marker}`;
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** CBOR: a major type with its argument, below 256. */
function head(major: number, argument: number): string {
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  return argument < 24 ? byte((major << 5) | argument) : byte((major << 5) | 24) + byte(argument);
}

function text(value: string): string {
  return head(3, value.length) + Buffer.from(value, 'latin1').toString('hex');
}
