import { customType, timestamp } from 'drizzle-orm/pg-core';
import type { Hex } from '#src/core/hex.ts';

/** numeric(78,0) ↔ bigint: holds any uint256. */
export const uint256 = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'numeric(78,0)',
  toDriver: (value) => value.toString(),
  fromDriver: (value) => BigInt(value),
});

/** numeric ↔ bigint, of any size: sums of uint256. */
export const wholeNumber = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'numeric',
  toDriver: (value) => value.toString(),
  fromDriver: (value) => BigInt(value),
});

/** bytea ↔ lower-case 0x hex (not for addresses whose EIP-55 case must survive). */
export const hex = customType<{ data: Hex; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.slice(2), 'hex'),
  fromDriver: (value) => `0x${Buffer.from(value).toString('hex')}`,
});

/** timestamptz(3) ↔ Date. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
