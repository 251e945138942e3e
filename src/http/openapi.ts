import type { FastifyInstance, FastifySchema } from 'fastify';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { models } from '#schemas/kit/model.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames, errorCodesOf, type PlaneDefinition } from '#schemas/kit/plane.ts';

/** Error responses by status; each lists its codes and shows one example a code. */
function errorResponses(op: Operation, plane: PlaneDefinition): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const code of errorCodesOf(op, plane)) {
    const status = plane.codes[code]!;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
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

/** Fastify's schema of a route: validators, serialiser and OpenAPI entry in one. */
export function routeSchema(op: Operation, plane: PlaneDefinition): FastifySchema {
  const security = authNames(op).map((name) =>
    Object.fromEntries(
      Object.keys(plane.auth[name]?.security ?? {}).map((id) => [id, op.scope ? [op.scope] : []]),
    ),
  );
  const type = op.success.contentType?.split(';')[0] ?? 'application/json';
  const body =
    op.body && op.examples.body !== undefined ? { ...op.body, examples: [op.examples.body] } : op.body;
  const success = {
    description: op.success.description,
    content: {
      [type]: { schema: op.success.schema, examples: { success: { value: op.examples.response } } },
    },
  };
  const schema: FastifySchema = {
    operationId: op.id,
    tags: [`${plane.title}: ${op.tag}`],
    summary: op.summary,
    ...(op.description ? { description: op.description } : {}),
    security,
    ...(op.params ? { params: op.params } : {}),
    ...(op.query ? { querystring: op.query } : {}),
    ...(op.headers ? { headers: op.headers } : {}),
    ...(body ? { body } : {}),
    response: { [op.success.status]: success, ...errorResponses(op, plane) },
  };
  return schema;
}

type OpenApiInfo = { version: string; publicUrl: string; planes: readonly PlaneDefinition[] };

/** Registers the OpenAPI 3.1 document, made from the routes, and Swagger UI under /docs (assets are local). */
export async function registerOpenApi(
  app: FastifyInstance,
  { version, publicUrl, planes }: OpenApiInfo,
): Promise<void> {
  for (const schema of models()) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Chronos API',
        version,
        description: planes.map((plane) => `**${plane.title}**: ${plane.description}`).join('\n\n'),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: Object.assign(
          {},
          ...planes.flatMap((plane) => Object.values(plane.auth).map((auth) => auth.security)),
        ) as Record<string, never>,
      },
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'none', persistAuthorization: true, displayRequestDuration: true },
  });
}
