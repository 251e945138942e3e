import { Type, type TSchema } from '@sinclair/typebox';

/** `{ data: … }`, the success envelope of everything that x402 itself does not shape. */
export const data = <T extends TSchema>(schema: T) =>
  Type.Object({ data: schema }, { additionalProperties: false });
