import type { Operation } from '#schemas/kit/operation.ts';
import type { PlaneDefinition } from '#schemas/kit/plane.ts';
import { tagOf } from './route-schema.ts';

type Json = Record<string, unknown>;
type MediaType = { schema?: Json; example?: unknown; examples?: Json };
type Parameter = { in: string; name: string; example?: unknown };
type Answer = { headers?: Json; content?: Record<string, MediaType> };

export type OpenApiOperation = {
  operationId: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, Answer>;
};

/** The parts of an OpenAPI 3.1 document that are read or changed here. */
export type OpenApiDocument = {
  info: { title: string };
  tags?: { name: string; description: string }[];
  components?: { schemas?: Json; securitySchemes?: Json; headers?: Json };
  paths: Record<string, Record<string, OpenApiOperation>>;
};

const header = (description: string, schema: Json) => ({ description, schema });
const count = { type: 'integer', minimum: 0 };
const headers = {
  RequestId: header("The caller's X-Request-Id when it is sane, else a new one", { type: 'string' }),
  RateLimitLimit: header('Requests a minute', count),
  RateLimitRemaining: header('Requests left in this minute', count),
  RateLimitReset: header('Seconds until the minute ends', count),
  RetryAfter: header('Seconds after which a retry can succeed', { type: 'integer', minimum: 1 }),
};
const at = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });

function describeAnswer(op: Operation, status: string, answer: Answer): Answer {
  const limits = {
    'RateLimit-Limit': at('RateLimitLimit'),
    'RateLimit-Remaining': at('RateLimitRemaining'),
    'RateLimit-Reset': at('RateLimitReset'),
  };
  const retry = status === '429' || status === '503' ? { 'Retry-After': at('RetryAfter') } : {};
  return {
    ...answer,
    headers: { 'X-Request-Id': at('RequestId'), ...(op.unlimited ? {} : limits), ...retry },
  };
}

function describeOperation(found: OpenApiOperation, op: Operation): OpenApiOperation {
  const { parameters, requestBody } = found;
  const given: Record<string, Json | undefined> = { path: op.examples.params, query: op.examples.query };
  const content = requestBody && {
    'application/json': {
      schema: requestBody.content['application/json']!.schema!,
      examples: { request: { value: op.examples.body } },
    },
  };
  return {
    ...found,
    ...(parameters && {
      parameters: parameters.map((parameter) => {
        const example = given[parameter.in]?.[parameter.name];
        return example === undefined ? parameter : Object.assign({}, parameter, { example });
      }),
    }),
    ...(content && { requestBody: { required: !op.optionalBody, content } }),
    responses: Object.fromEntries(
      Object.entries(found.responses).map(([status, answer]) => [status, describeAnswer(op, status, answer)]),
    ),
  };
}

/** Security schemes that operations ask for. */
function schemesOf(paths: OpenApiDocument['paths']): Set<string> {
  const found = Object.values(paths).flatMap((methods) => Object.values(methods));
  return new Set(found.flatMap(({ security = [] }) => security.flatMap((scheme) => Object.keys(scheme))));
}

function pick(group: Json, keep: (name: string) => boolean): Json {
  return Object.fromEntries(Object.entries(group).filter(([name]) => keep(name)));
}

/** Adds what routes can't say for themselves: tags with words, answer headers, examples, bodies that may be left out. */
export function completeDocument(
  document: OpenApiDocument,
  operations: ReadonlyMap<string, { operation: Operation; plane: PlaneDefinition }>,
): OpenApiDocument {
  const tags = new Map<string, string>();
  for (const { operation, plane } of operations.values()) {
    tags.set(tagOf(operation, plane), plane.tags[operation.tag] ?? plane.description);
  }
  const paths = Object.entries(document.paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, found]) => {
        const known = operations.get(found.operationId);
        return [method, known ? describeOperation(found, known.operation) : found];
      }),
    ),
  ]);
  const { securitySchemes = {}, ...components } = document.components ?? {};
  const schemes = schemesOf(document.paths);
  return {
    ...document,
    tags: [...tags].map(([name, description]) => ({ name, description })),
    components: { ...components, headers, securitySchemes: pick(securitySchemes, (id) => schemes.has(id)) },
    paths: Object.fromEntries(paths) as OpenApiDocument['paths'],
  };
}

/** Names of the components that a part of a document points to, and those that they point to. */
function reachable(part: unknown, components: Record<string, Json | undefined>): Set<string> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key !== '$ref' || typeof inner !== 'string') walk(inner);
      else if (!found.has(inner)) {
        found.add(inner);
        const [group, name] = inner.replace('#/components/', '').split('/');
        walk(components[group!]?.[name!]);
      }
    }
  };
  walk(part);
  return found;
}

/** The part of the document that one plane answers for: its paths, and only the components these use. */
export function sliceOf(document: OpenApiDocument, plane: PlaneDefinition): OpenApiDocument {
  const own = (found: OpenApiOperation) => found.tags.some((tag) => tag.startsWith(`${plane.title}: `));
  const paths = Object.fromEntries(
    Object.entries(document.paths)
      .map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).filter(([, found]) => own(found))),
      ])
      .filter(([, methods]) => Object.keys(methods as object).length > 0),
  ) as OpenApiDocument['paths'];
  const { schemas = {}, securitySchemes = {}, headers: heads = {} } = document.components ?? {};
  const used = reachable(paths, { schemas, headers: heads });
  const schemes = schemesOf(paths);
  return {
    ...document,
    info: { ...document.info, title: `Chronos ${plane.title} API` },
    tags: document.tags?.filter(({ name }) => name.startsWith(`${plane.title}: `)) ?? [],
    components: {
      schemas: pick(schemas, (name) => used.has(`#/components/schemas/${name}`)),
      headers: pick(heads, (name) => used.has(`#/components/headers/${name}`)),
      securitySchemes: pick(securitySchemes, (name) => schemes.has(name)),
    },
    paths,
  };
}
