import { Type } from '@sinclair/typebox';

/** `?limit&cursor` of lists that grow; the cursor is opaque. */
export const cursorQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Page size' })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'nextCursor of the page before' }),
  ),
};

/** `?offset&limit` where the contract asks for it. */
export const offsetQuery = (limit: number) => ({
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'Rows to skip' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: limit, description: 'Page size' })),
});
