import type { TSchema } from '@sinclair/typebox';
import fastJsonStringify from 'fast-json-stringify';
import type { FastifyServerOptions } from 'fastify';

type BuildSerializer = NonNullable<
  NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>['buildSerializer']
>;
type Shared = Readonly<Record<string, TSchema>>;
type Serialize = (data: unknown) => string;
type Serializer = Serialize & { compile(): void };

/**
 * Serialisers for Fastify. Each compiles on its first use and knows only the shared schemas that it refers to:
 * fast-json-stringify checks every schema it is handed, for every serialiser anew. Equal schemas (the error bodies of
 * each route) share one.
 */
export const buildSerializer = ((shared: Shared) => {
  const known = new Map<string, Serialize>();
  const serializerOf = (schema: TSchema): Serialize => {
    const key = JSON.stringify(schema);
    const serialize =
      known.get(key) ??
      (fastJsonStringify(schema as never, { schema: referredBy(schema, shared) as never }) as Serialize);
    known.set(key, serialize);
    return serialize;
  };
  return ({ schema }: { schema: TSchema }): Serializer => {
    let compiled: Serialize | undefined;
    const compile = () => (compiled ??= serializerOf(schema));
    return Object.assign((data: unknown) => compile()(data), { compile });
  };
}) as unknown as BuildSerializer;

/** The shared schemas that a schema refers to, and those that they refer to. */
function referredBy(schema: TSchema, shared: Shared): Record<string, TSchema> {
  const found: Record<string, TSchema> = {};
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const id = '$ref' in part && typeof part.$ref === 'string' ? part.$ref.split('#')[0] : undefined;
    const target = id ? shared[id] : undefined;
    if (id && target && !found[id]) {
      found[id] = target;
      visit(target);
    }
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(schema);
  return found;
}
