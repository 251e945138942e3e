import { Type, type TSchema } from '@sinclair/typebox';

/** EVM address in any case; answered in EIP-55. */
export const AddressString = (description = 'EVM address; any case is accepted, EIP-55 is answered') =>
  Type.String({ pattern: '^0x[0-9a-fA-F]{40}$', description });

/** 32-byte hash, lower-case hex. */
export const HashString = (description = '32-byte hash, 0x-prefixed lower-case hex') =>
  Type.String({ pattern: '^0x[0-9a-f]{64}$', description });

/** Bytes as 0x-prefixed hex. `maxBytes` bounds the input. */
export const BytesString = (description: string, maxBytes = 4096) =>
  Type.String({ pattern: '^0x([0-9a-fA-F]{2})*$', maxLength: 2 + 2 * maxBytes, description });

/** Money: atomic units as a decimal string, 0 … 2^256-1 (the domain checks the upper bound). */
export const AmountString = (description = 'Amount in atomic units, a decimal string') =>
  Type.String({ pattern: '^(0|[1-9][0-9]{0,77})$', description });

/** The same without zero. */
export const PositiveAmountString = (description = 'Amount in atomic units, a decimal string above 0') =>
  Type.String({ pattern: '^[1-9][0-9]{0,77}$', description });

/** ISO 8601 in UTC. */
export const IsoTime = (description = 'ISO 8601, UTC') => Type.String({ format: 'date-time', description });

/** null or the schema, spelled so that OpenAPI 3.1 and AJV agree. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A closed set of words. */
export const Words = <const T extends readonly string[]>(words: T, description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...(description ? { description } : {}) });
