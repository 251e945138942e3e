import type { FastifyReply, FastifyRequest } from 'fastify';
import { fingerprintOf } from '#src/core/fingerprint.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';

/** The key a write was sent with, null when it has none; `subject` is what makes two bodies different requests. */
export function idempotencyKey(
  request: FastifyRequest,
  header: string,
  caller: { owner: string; subject?: unknown },
): IdempotencyKey | null {
  const key = request.headers[header];
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
