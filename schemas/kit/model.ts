import {
  Type,
  type ObjectOptions,
  type Static,
  type TProperties,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox';

const registry = new Map<string, TSchema>();

/** Names a shape: one `$id`, one OpenAPI component. A second model of the same id is a mistake and throws. */
export function model<T extends TSchema>(id: string, schema: T): T {
  if (registry.has(id)) throw new Error(`model ${id} is defined twice`);
  const named = { ...schema, $id: id, title: id };
  registry.set(id, named);
  return named;
}

/** Points to a model by its `$id`; the static type comes along (a raw `$ref` would break TypeBox's `Value.*`). */
export function ref<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  if (!schema.$id || !registry.has(schema.$id)) throw new Error('ref() needs a model()');
  return Type.Unsafe<Static<T>>(Type.Ref(schema.$id));
}

/** All models, in the order they were defined. */
export function models(): readonly TSchema[] {
  return [...registry.values()];
}

/** An object that refuses unknown fields: a silently dropped `amonut` costs money. */
export function strictObject<T extends TProperties>(properties: T, options: ObjectOptions = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}
