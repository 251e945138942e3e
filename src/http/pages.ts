import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '#src/core/errors.ts';
import type { RouteBinding } from './route.ts';

/** Which pages of other origins may call a route (CORS, Fetch standard); without such a rule none may. */
export type PageRule = {
  /** Origins as browsers send them: lower case, without a standard port. */
  allows(origin: string): boolean | Promise<boolean>;
  /** Headers that a page may send, beside those that it may always. */
  headers: readonly string[];
  /** A preflight of others answers `origin_not_allowed`; else it is a method like any that is not there. */
  tells?: boolean;
};

/** What a page may read beside the body. */
const exposed = [
  'X-Request-Id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'Idempotent-Replayed',
].join(', ');
const preflightSeconds = '600';

/** Says who may read the answer. Cookies and the like are never asked for: callers send tokens. */
async function admits(rule: PageRule, { headers }: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { origin } = headers;
  // Answers differ by it, also where there is none.
  reply.header('vary', 'Origin');
  if (origin === undefined || !(await rule.allows(origin))) return false;
  reply.header('access-control-allow-origin', origin);
  return true;
}

/** Runs before auth, so that a page can read why it was refused. */
export function admitPages(rule: PageRule) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (await admits(rule, request, reply)) reply.header('access-control-expose-headers', exposed);
  };
}

/** Preflights of one path: they bring no token and are answered for the method that the page wants to call. */
export function addPreflight(app: FastifyInstance, path: string, routes: readonly RouteBinding[]): void {
  app.options(path, { schema: { hide: true } as object }, async (request, reply) => {
    const wanted = request.headers['access-control-request-method'];
    const route = routes.find(({ operation }) => operation.method === wanted);
    const rule = route?.pages;
    if (!rule || !(await admits(rule, request, reply))) {
      // What a route tells of itself, it also tells of a preflight that names no method.
      if ((rule ?? (wanted === undefined ? routes[0]?.pages : undefined))?.tells) {
        throw fail('origin_not_allowed');
      }
      throw fail('method_not_allowed', { allow: routes.map(({ operation }) => operation.method) });
    }
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': route.operation.method,
        'access-control-allow-headers': rule.headers.join(', '),
        'access-control-max-age': preflightSeconds,
      })
      .send();
  });
}
