import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '#schemas/kit/operation.ts';
import type { Principal } from '#src/core/principal.ts';

// Only an interface merges with Fastify's own.
/* oxlint-disable typescript/consistent-type-definitions */
declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the plane's auth before anything else runs. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** The operation a route serves; absent on docs assets. */
    operation?: Operation;
  }
}
/* oxlint-enable typescript/consistent-type-definitions */

const sane = /^[A-Za-z0-9._:-]{1,64}$/;

/** The caller's `X-Request-Id` when it is sane, else a fresh one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && sane.test(given) ? given : `req_${randomUUID().replaceAll('-', '')}`;
}

/** The path without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
