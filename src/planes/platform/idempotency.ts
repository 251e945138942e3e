import type { FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '#src/core/errors.ts';
import { fingerprintOf } from '#src/core/fingerprint.ts';
import type { IdempotencyKey } from '#src/core/journal.ts';

/** The key of a write, from its body or its header; the key itself is no part of the request it stands for. @throws validation */
export function writeKey(
  request: FastifyRequest,
  body: { idempotency_key?: string },
  { required }: { required: boolean },
): IdempotencyKey | null {
  const { idempotency_key: told, ...rest } = body;
  const sent = request.headers['idempotency-key'];
  const key = told ?? (typeof sent === 'string' ? sent : undefined);
  const field = 'idempotency_key';
  if (told !== undefined && sent !== undefined && told !== sent) {
    throw fail('validation', { field, message: `${field} and the header Idempotency-Key differ` });
  }
  if (key === undefined) {
    if (!required) return null;
    throw fail('validation', { field, rule: 'required', message: `${field} is required` });
  }
  return {
    owner: request.principal.owner,
    operation: request.routeOptions.config.operation?.id ?? request.url,
    key,
    fingerprint: fingerprintOf([request.params ?? null, rest]),
  };
}

/** A replay answers 200 and says so. */
export function markReplay(reply: FastifyReply, replayed: boolean): void {
  if (replayed) reply.code(200).header('idempotent-replayed', 'true');
}
