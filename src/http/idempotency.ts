import type { FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '#src/core/errors.ts';
import { fingerprintOf } from '#src/core/fingerprint.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';

/**
 * The key a write was sent with, null when it has none; `subject` is what makes two bodies different requests. The header
 * without `X-` is the one of the IETF's draft: who sends it means the same, and must not be paid twice.
 * @throws validation when both are there and differ
 */
export function idempotencyKey(
  request: FastifyRequest,
  caller: { owner: string; subject?: unknown },
): IdempotencyKey | null {
  const { 'x-idempotency-key': own, 'idempotency-key': draft } = request.headers;
  if (own !== undefined && draft !== undefined && own !== draft) {
    const field = 'X-Idempotency-Key';
    throw fail('validation', { field, message: `${field} and Idempotency-Key differ` });
  }
  const key = own ?? draft;
  if (typeof key !== 'string') return null;
  return {
    owner: caller.owner,
    operation: request.routeOptions.config.operation?.id ?? request.url,
    key,
    fingerprint: fingerprintOf([caller.subject ?? null, request.params ?? null, request.body ?? null]),
  };
}

/** The transaction of a write; a replay is marked in the answer's headers. */
export function answered(
  reply: FastifyReply,
  { transaction, replayed }: { transaction: Transaction; replayed: boolean },
): Transaction {
  if (replayed) reply.header('idempotent-replayed', 'true');
  return transaction;
}
