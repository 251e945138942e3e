import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { models } from '#schemas/kit/model.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import type { PlaneDefinition } from '#schemas/kit/plane.ts';
import { completeDocument, type OpenApiDocument, sliceOf } from './openapi-document.ts';

type OpenApiInfo = { version: string; publicUrl: string; planes: readonly PlaneDefinition[] };

/** Registers the OpenAPI 3.1 document, made from the routes, and Swagger UI under /docs (assets are local), where / leads. */
export async function registerOpenApi(app: FastifyInstance, options: OpenApiInfo): Promise<void> {
  for (const schema of models()) app.addSchema(schema);
  const served = new Map<string, { operation: Operation; plane: PlaneDefinition }>();
  app.addHook('onRoute', ({ config }) => {
    const operation = config?.operation;
    const plane = options.planes.find(({ name }) => name === operation?.plane);
    if (operation && plane) served.set(operation.id, { operation, plane });
  });
  await app.register(swagger, {
    openapi: documentHead(options),
    refResolver: { buildLocalReference: (json) => json.$id as string },
    transformObject: (found) =>
      completeDocument(
        (found as { openapiObject: unknown }).openapiObject as OpenApiDocument,
        served,
      ) as never,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy(options.publicUrl),
    uiConfig: { docExpansion: 'none', persistAuthorization: true, displayRequestDuration: true },
  });
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'));
  serveDocuments(app, options.planes);
}

/** Content security policy of the docs alone: everything from here, and calls to the API under its public name. */
function docsPolicy(publicUrl: string): string {
  const api = URL.canParse(publicUrl) ? ` ${new URL(publicUrl).origin}` : '';
  return [
    "default-src 'self'",
    `connect-src 'self'${api}`,
    "img-src 'self' data:",
    // Swagger UI styles some elements inline.
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function documentHead({ version, publicUrl, planes }: OpenApiInfo) {
  const schemes = planes.flatMap((plane) => Object.values(plane.auth).map((auth) => auth.security));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chronos API',
      version,
      description: planes.map((plane) => `**${plane.title}**: ${plane.description}`).join('\n\n'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    components: { securitySchemes: Object.assign({}, ...schemes) as Record<string, never> },
  };
}

/** /openapi.json and a slice per plane; each text is made once, on its first reader. */
function serveDocuments(app: FastifyInstance, planes: readonly PlaneDefinition[]): void {
  const serve = (path: string, read: (document: OpenApiDocument) => unknown) => {
    let text: string | undefined;
    app.get(path, { schema: { hide: true } }, async (_request, reply: FastifyReply) => {
      text ??= JSON.stringify(read(documentOf(app)));
      return reply
        .type('application/json; charset=utf-8')
        .header('x-content-type-options', 'nosniff')
        .send(text);
    });
  };
  serve('/openapi.json', (document) => document);
  for (const plane of planes) serve(`/openapi/${plane.name}.json`, (document) => sliceOf(document, plane));
}

/** The whole document of an app that is ready. */
export function documentOf(app: FastifyInstance): OpenApiDocument {
  return app.swagger() as unknown as OpenApiDocument;
}
