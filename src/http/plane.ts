import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames, type PlaneDefinition } from '#schemas/kit/plane.ts';
import { audited, type AuditFact } from '#src/core/audit.ts';
import { type AppError, fail, isKind } from '#src/core/errors.ts';
import { hasScope, principal, type Principal } from '#src/core/principal.ts';
import { toAppError } from './errors.ts';
import type { Limits } from './limits.ts';
import { addPreflight, admitPages } from './pages.ts';
import { routeSchema } from './route-schema.ts';
import type { RouteBinding } from './route.ts';

/** Reads one kind of credentials: a principal, undefined when they were not sent, an AppError when they are bad. */
export type Authenticator = (request: FastifyRequest, operation: Operation) => Promise<Principal | undefined>;

export type Rendered = { status: number; body: unknown };

/** A plane: its contract, the functions that serve it, its callers and its words. */
export type Plane = {
  definition: PlaneDefinition;
  routes: readonly RouteBinding[];
  /** One per auth scheme of the definition; the scheme `none` is built in. */
  authenticate: Readonly<Record<string, Authenticator>>;
  /** Words an error in the plane's envelope. */
  render(error: AppError, context: { requestId: string }): Rendered;
  /** Requests a minute of an anonymous address. */
  anonymousPerMinute: number;
  /** Runs between scope and validation (a required header, for instance). */
  guard?(request: FastifyRequest, operation: Operation): void | Promise<void>;
  /** Plugins of its own. */
  setup?(app: FastifyInstance): void | Promise<void>;
};

/** Headers that caches must not keep an answer under; constant, so they cost nothing (helmet's cost half the throughput). */
export const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Sends an error in the plane's envelope; faults go to the log with their cause. */
export function sendError(
  plane: Plane,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = toAppError(error, request);
  const { status, body } = plane.render(known, { requestId: request.id });
  if (status >= 500)
    request.log.error({ err: known.facts.cause ?? known, kind: known.kind }, 'request failed');
  if (known.facts.retryAfter !== undefined)
    reply.header('retry-after', Math.max(1, Math.ceil(known.facts.retryAfter)));
  reply.header('x-request-id', request.id);
  if (known.facts.allow) reply.header('allow', known.facts.allow.join(', '));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status)
    .headers(securityHeaders)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

async function authenticate(
  plane: Plane,
  limits: Limits,
  request: FastifyRequest,
  op: Operation,
): Promise<Principal> {
  const names = authNames(op);
  try {
    for (const name of names) {
      if (name === 'none') break;
      const read = plane.authenticate[name];
      if (!read) throw new Error(`plane ${plane.definition.name} has no authenticator ${name}`);
      const found = await read(request, op);
      if (found) return found;
    }
    if (!names.includes('none')) throw fail('missing_credentials');
  } catch (error) {
    // The limiter below never sees this request: count the failure here, by address.
    if (isKind(error, 'missing_credentials', 'invalid_token', 'invalid_credentials')) {
      await limits.countFailure(request, plane.definition.name);
    }
    throw error;
  }
  const perMinute = op.anonymousPerMinute ?? plane.anonymousPerMinute;
  return principal({ kind: 'anonymous', id: '', scopes: [], perMinute });
}

/** The order on every route: auth → limiter → scope → guard → (Fastify:) validation → handler → serialiser. */
function admission(plane: Plane, limits: Limits, op: Operation) {
  const { name } = plane.definition;
  const counter = op.anonymousPerMinute === undefined ? name : `${name}:${op.id}`;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(securityHeaders);
    request.principal = await authenticate(plane, limits, request, op);
    if (!op.unlimited) {
      const counted = limits.count(request, reply, counter, request.principal);
      if (counted) await counted;
    }
    if (op.scope && !hasScope(request.principal, op.scope)) {
      throw fail('insufficient_scope', {
        message: `This operation needs the scope ${op.scope}`,
        details: { requiredScope: op.scope },
      });
    }
    // No database column can keep it.
    if (request.url.includes('%00')) {
      throw fail('validation', { field: 'url', message: 'url holds a NUL character' });
    }
    const guarded = plane.guard?.(request, op);
    if (guarded) await guarded;
  };
}

/** What the trail keeps of a request, whatever its outcome: an entry is written with its change only. */
function auditFact(op: Operation, request: FastifyRequest): AuditFact {
  const { kind, id } = request.principal;
  const [target] = Object.values(request.params as Record<string, string | number>);
  return {
    actor: id === '' ? kind : `${kind}:${id}`,
    plane: op.plane,
    operation: op.id,
    target: target === undefined ? null : String(target),
    fields: Object.keys((request.body as object | undefined) ?? {}),
    requestId: request.id,
    ip: request.ip,
  };
}

/** An empty body parses to undefined: fine where it may be left out, named where it may not. */
function requireBody({ optionalBody }: Operation) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    if (request.body !== undefined) return done();
    if (optionalBody) {
      request.body = {};
      return done();
    }
    done(fail('validation', { field: 'body', message: 'body is required and must be a JSON object' }));
  };
}

function addRoute(
  app: FastifyInstance,
  plane: Plane,
  limits: Limits,
  { operation: op, handle, pages }: RouteBinding,
): void {
  const admit = admission(plane, limits, op);
  app.route({
    method: op.method,
    url: op.path,
    schema: routeSchema(op, plane.definition),
    bodyLimit: op.bodyLimit ?? plane.definition.bodyLimit,
    config: { operation: op },
    onRequest: pages ? [admitPages(pages), admit] : admit,
    ...(op.body ? { preValidation: requireBody(op) } : {}),
    handler: async (request, reply) => {
      reply.code(op.success.status);
      const context = {
        principal: request.principal,
        params: request.params as never,
        query: request.query as never,
        body: request.body,
        request,
        reply,
      };
      const answer = await (op.audited
        ? audited(auditFact(op, request), () => handle(context))
        : handle(context));
      if (op.success.contentType) reply.type(op.success.contentType);
      return answer;
    },
  });
}

/** Encapsulates a plane in the app: its auth, limits, errors and routes touch no other plane. */
export function planePlugin(plane: Plane, limits: Limits) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler((error, request, reply) => sendError(plane, error, request, reply));
    await plane.setup?.(app);
    for (const route of plane.routes) addRoute(app, plane, limits, route);
    const byPath = Map.groupBy(plane.routes, ({ operation }) => operation.path);
    for (const [path, routes] of byPath) {
      if (routes.some(({ pages }) => pages)) addPreflight(app, path, routes);
    }
  };
}
