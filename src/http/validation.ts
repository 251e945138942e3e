import { Ajv, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyServerOptions } from 'fastify';
import type { TSchema } from '@sinclair/typebox';

type BuildValidator = NonNullable<
  NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>['buildValidator']
>;
type Compilation = { schema: TSchema; httpPart?: string };
type Validator = ((data: unknown) => boolean) & {
  errors: NonNullable<ValidateFunction['errors']> | null;
  compile(): ValidateFunction;
};

const common: Options = { allErrors: false, strict: false, discriminator: true, addUsedSchema: false };

function pool(options: Options, shared: Record<string, TSchema>): Ajv {
  const ajv = new Ajv({ ...common, ...options });
  // ajv-formats is CommonJS; under nodenext its callable sits on `default`.
  (addFormats as unknown as { default: (ajv: Ajv) => void }).default(ajv);
  for (const schema of Object.values(shared)) ajv.addSchema(schema);
  return ajv;
}

/**
 * Validators for Fastify: bodies are taken as they are (no coercion, nothing stripped), the text parts of a request
 * (params, query, headers) are coerced. Each schema compiles on its first use, so that the start stays short.
 */
export const buildValidator = ((shared: Record<string, TSchema>) => {
  const strict = pool({ coerceTypes: false, useDefaults: false }, shared);
  const coercing = pool({ coerceTypes: true, useDefaults: true }, shared);
  return ({ schema, httpPart }: Compilation): Validator => {
    let compiled: ValidateFunction | undefined;
    const compile = () =>
      (compiled ??= (httpPart === 'body' ? strict : coercing).compile(
        httpPart === 'headers' ? lowerCased(schema) : schema,
      ));
    const validate = ((data: unknown) => {
      const check = compile();
      const ok = check(data);
      validate.errors = check.errors ?? null;
      return ok;
    }) as Validator;
    return Object.assign(validate, { errors: null, compile });
  };
}) as unknown as BuildValidator;

/** Node hands headers over in lower case; Fastify leaves that to those who bring their own validators. */
function lowerCased(schema: TSchema): TSchema {
  const { properties, required = [] } = schema as {
    properties?: Record<string, TSchema>;
    required?: string[];
  };
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    required: required.map((name) => name.toLowerCase()),
  };
}
