import type { FastifySchema } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames, errorCodesOf, type PlaneDefinition } from '#schemas/kit/plane.ts';

/** Error responses by status; each lists its codes and shows one example a code. */
function errorResponses(op: Operation, plane: PlaneDefinition): Record<string, unknown> {
  const byStatus = Map.groupBy(errorCodesOf(op, plane), (code) => plane.codes[code]!);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(' · '),
        content: {
          'application/json': {
            schema: { $ref: plane.errorBody.$id },
            examples: Object.fromEntries(codes.map((code) => [code, { value: plane.errorExample(code) }])),
          },
        },
      },
    ]),
  );
}

/** OpenAPI security: one entry for each auth that will do, with the scope it needs; none at all for everybody. */
function securityOf(op: Operation, plane: PlaneDefinition): Record<string, string[]>[] {
  const names = authNames(op);
  if (names.every((name) => name === 'none')) return [];
  return names.map((name) =>
    Object.fromEntries(
      Object.keys(plane.auth[name]?.security ?? {}).map((id) => [id, op.scope ? [op.scope] : []]),
    ),
  );
}

/** Name of an operation's tag in the document. */
export function tagOf(op: Operation, plane: PlaneDefinition): string {
  return `${plane.title}: ${op.tag}`;
}

const replayed = 'The first answer again, as it stands now; the header `Idempotent-Replayed` says `true`';

/** Fastify's schema of a route: validators, serialiser and OpenAPI entry in one. */
export function routeSchema(op: Operation, plane: PlaneDefinition): FastifySchema {
  const type = op.success.contentType?.split(';')[0] ?? 'application/json';
  const success = {
    description: op.success.description,
    content: {
      [type]: { schema: op.success.schema, examples: { success: { value: op.examples.response } } },
    },
  };
  const schema: FastifySchema = {
    operationId: op.id,
    tags: [tagOf(op, plane)],
    summary: op.summary,
    ...(op.description ? { description: op.description } : {}),
    security: securityOf(op, plane),
    ...(op.params ? { params: op.params } : {}),
    ...(op.query ? { querystring: op.query } : {}),
    ...(op.headers ? { headers: op.headers } : {}),
    ...(op.body ? { body: op.body } : {}),
    response: {
      ...(op.replays ? { 200: { ...success, description: replayed } } : {}),
      [op.success.status]: success,
      ...(op.revalidates ? { 304: { description: 'The caller has it already', type: 'null' } } : {}),
      ...errorResponses(op, plane),
    },
  };
  return schema;
}
