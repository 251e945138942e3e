import openapiTypescript, { astToString } from 'openapi-typescript';
import type { OperationFacts, Pages } from '#src/client/facts.ts';
import type { OpenApiDocument, OpenApiOperation } from '#src/http/openapi-document.ts';

type Schema = {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  default?: unknown;
};
type Parameter = { in: string; name: string; schema?: Schema };

const heading = '// Generated from openapi/openapi.json by `npm run openapi`.\n';

function resolved(document: OpenApiDocument, schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split('/').at(-1);
  return name
    ? resolved(document, document.components?.schemas?.[name] as Schema | undefined)
    : (schema ?? {});
}

/** Path of the first list in an answer, at most one object deep. */
function listIn(
  document: OpenApiDocument,
  schema: Schema,
  path: readonly string[] = [],
): readonly string[] | undefined {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const inner = resolved(document, value);
    if (inner.type === 'array') return [...path, key];
    if (inner.properties && path.length === 0) {
      const found = listIn(document, inner, [key]);
      if (found) return found;
    }
  }
  return undefined;
}

function pagesOf(document: OpenApiDocument, found: OpenApiOperation, answer: Schema): Pages | undefined {
  const parameters = (found.parameters ?? []) as Parameter[];
  const query = new Map(parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]));
  const items = listIn(document, answer);
  if (!items) return undefined;
  if (query.has('cursor')) return { by: 'cursor', items, next: [...items.slice(0, -1), 'nextCursor'] };
  if (query.has('starting_after')) return { by: 'starting_after', items };
  if (query.has('offset')) return { by: 'offset', items, size: Number(query.get('limit')?.schema?.default) };
  return undefined;
}

function idempotencyOf(document: OpenApiDocument, found: OpenApiOperation): OperationFacts['idempotency'] {
  const body = resolved(
    document,
    found.requestBody?.content['application/json']?.schema as Schema | undefined,
  );
  if (body.properties?.['idempotency_key']) return { in: 'body', name: 'idempotency_key' };
  const header = (found.parameters ?? []).find(
    ({ in: where, name }) => where === 'header' && name.toLowerCase().endsWith('idempotency-key'),
  );
  return header && { in: 'header', name: header.name.toLowerCase() };
}

function factsOf(
  document: OpenApiDocument,
  path: string,
  method: string,
  found: OpenApiOperation,
): OperationFacts {
  const success = Object.entries(found.responses).find(([status]) => status.startsWith('2'))?.[1];
  const [type = 'application/json', media] = Object.entries(success?.content ?? {})[0] ?? [];
  const idempotency = idempotencyOf(document, found);
  const pages = pagesOf(document, found, resolved(document, media?.schema as Schema | undefined));
  return {
    method: method.toUpperCase() as OperationFacts['method'],
    path,
    security: (found.security ?? []).map((all) => Object.keys(all)),
    ...(idempotency && { idempotency }),
    ...(pages && { pages }),
    ...(type === 'text/event-stream' && { answer: 'events' as const }),
    ...(type === 'text/plain' && { answer: 'text' as const }),
  };
}

/** Codes that error answers are documented with. */
function codesOf(found: OpenApiOperation): string[] {
  return Object.entries(found.responses)
    .filter(([status]) => !status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.keys(content['application/json']?.examples ?? {}));
}

/** The generated part of the client, by file name: types of every operation, and the facts its methods need. */
export async function clientFiles(document: OpenApiDocument): Promise<Record<string, string>> {
  // What has a default may be left out.
  const options = { alphabetize: true, defaultNonNullable: false };
  const types = astToString(await openapiTypescript(JSON.stringify(document), options));
  // What the document does not have is exported all the same.
  const schema = types.replaceAll(/^export type (webhooks|\$defs) = Record<string, never>;\n/gm, '');
  const codes = new Set<string>();
  const planes: Record<string, Record<string, OperationFacts>> = {};
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, found] of Object.entries(methods)) {
      const plane = found.tags[0]!.split(':')[0]!.toLowerCase();
      (planes[plane] ??= {})[found.operationId] = factsOf(document, path, method, found);
      for (const code of codesOf(found)) codes.add(code);
    }
  }
  const union = [...codes].toSorted().map((code) => `\n  | '${code}'`);
  return {
    'operations.ts':
      `${heading}export const operations = ${JSON.stringify(planes, null, 2)} as const;\n\n` +
      `/** Every code an error answer can have, of all planes. */\nexport type ErrorCode =${union.join('')};\n`,
    'schema.ts': heading + schema,
  };
}
