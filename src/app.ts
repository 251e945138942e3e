import fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Redis } from 'ioredis';
import { registerBodyParser } from '#src/http/body.ts';
import { createCompilers } from '#src/http/compilers.ts';
import { createLimits } from '#src/http/limits.ts';
import { type Log, registerRequestLog } from '#src/http/logging.ts';
import { planeOf, registerNotFound } from '#src/http/not-found.ts';
import { registerOpenApi } from '#src/http/openapi.ts';
import { type Plane, planePlugin, sendError } from '#src/http/plane.ts';
import { requestIdOf } from '#src/http/request.ts';

export type AppOptions = {
  version: string;
  publicUrl: string;
  log: Log;
  /** Proxies whose X-Forwarded-For is believed; false = none. */
  trustProxy: boolean | string;
  redis?: Redis;
  /** A request that has not arrived by then, headers and body, is cut off, ms; default a minute. */
  requestTimeoutMs?: number;
  /** Looks on at every request. */
  observe?: (app: FastifyInstance) => void;
  /** Adds hooks that every plane inherits. */
  extend?: (app: FastifyInstance) => void | Promise<void>;
};

/** The HTTP application: kernel plugins and the planes it is given; it opens no connection of its own. */
export async function buildApp(planes: readonly Plane[], options: AppOptions): Promise<FastifyInstance> {
  const compilers = createCompilers();
  const { requestTimeoutMs = 60_000 } = options;
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: options.trustProxy,
    bodyLimit: 64 * 1024,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: requestTimeoutMs / 4 },
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    schemaController: { compilersFactory: compilers.factory },
    frameworkErrors: (error, request, reply) => {
      void sendError(planeOf(planes, request.url), error, request as never, reply);
    },
  }) as unknown as FastifyInstance;
  compilers.register(app);
  registerBodyParser(app);
  app.decorateRequest('principal');
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  registerRequestLog(app);
  options.observe?.(app);
  await options.extend?.(app);
  const limits = createLimits(options.redis, (now, err) =>
    now === 'shared'
      ? options.log.warn('rate limits are counted in Redis again')
      : options.log.warn({ err }, 'Redis does not answer: this process counts rate limits alone'),
  );
  await registerOpenApi(app, { ...options, planes: planes.map((plane) => plane.definition) });
  registerNotFound(app, planes);
  for (const plane of planes) await app.register(planePlugin(plane, limits));
  return app;
}
