import type { FastifyRequest } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import { fail } from '#src/core/errors.ts';
import type { Principal } from '#src/core/principal.ts';

/** Whom a call is for: the app and its user. */
export type Caller = { owner: string; clientId: string; userId: string };

/** Refuses a call on behalf of a user that does not say of whom. @throws missing_user_id */
export function requireUser(request: FastifyRequest, operation: Operation): void {
  if (!operation.headers?.properties['X-User-Id']) return;
  if (!request.headers['x-user-id']) throw fail('missing_user_id');
}

/** App and user of a request that passed `requireUser` and its header schema. */
export function callerOf(principal: Principal, request: FastifyRequest): Caller {
  return { owner: principal.owner, clientId: principal.id, userId: String(request.headers['x-user-id']) };
}
