import { Type, type TSchema } from '@sinclair/typebox';
import { strictObject } from '../kit/model.ts';

/** `{ object: "list", data, has_more, total }`, newest first. */
export const list = <T extends TSchema>(schema: T) =>
  strictObject({
    object: Type.Literal('list'),
    data: Type.Array(schema),
    has_more: Type.Boolean({ description: 'There is more behind the last one' }),
    total: Type.Integer({ minimum: 0, description: 'How many there are in all' }),
  });

/** `?limit&starting_after` of lists. `prefix` is that of their ids. */
export const listQuery = (prefix: string) => ({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Page size' })),
  starting_after: Type.Optional(
    Type.String({ pattern: idPattern(prefix), maxLength: 64, description: 'Id of the last one before' }),
  ),
});

const idPattern = (prefix: string) => `^${prefix}_[0-9a-z]{1,40}$`;

/** An id of ours, e.g. `ak_…`. */
export const Id = (prefix: string, description?: string) =>
  Type.String({ pattern: idPattern(prefix), maxLength: 64, ...(description ? { description } : {}) });

/** The id in a path. Any text is taken: what is no id is not found. */
export const idParams = (what: string) =>
  Type.Object({ id: Type.String({ minLength: 1, maxLength: 255, description: `Id of the ${what}` }) });

/** Unix seconds. */
export const UnixTime = (description = 'Unix seconds') => Type.Integer({ minimum: 0, description });
