import type { Static } from '@sinclair/typebox';
import * as ops from '#schemas/platform/batch.ts';
import type { TokenMethodName } from '#schemas/platform/token-methods.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { ShownBatch } from '#src/services/tokens/batches.ts';
import { markReplay, writeKey } from '../idempotency.ts';
import { actionIn, requireMethodScope } from '../methods.ts';
import { unix } from '../present.ts';
import type { PlatformServices } from '../services.ts';

type Wire = Static<typeof ops.PlatformBatch>;

function presentBatch({ batch, transactions }: ShownBatch): Wire {
  const operations = batch.operations.map(({ method, tokenId, transactionId, error }) => {
    const carrier = transactionId === null ? undefined : transactions.get(transactionId);
    const failure = error ?? carrier?.error ?? null;
    return {
      method: method as TokenMethodName,
      token_id: tokenId,
      status: carrier?.status ?? ('failed' as const),
      transaction_id: transactionId,
      error: failure && { code: failure.code.toLowerCase(), message: failure.message },
    };
  });
  const statuses = new Set<string>(operations.map(({ status }) => status));
  const open = statuses.has('pending') || statuses.has('submitted');
  const ended = statuses.size > 1 ? 'partial' : statuses.has('confirmed') ? 'confirmed' : 'failed';
  return {
    object: 'batch',
    id: batch.id,
    mode: batch.mode,
    status: open ? 'pending' : ended,
    operations,
    created: unix(batch.createdAt),
  };
}

/** Many actions in one request. */
export function batchRoutes({ batches }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.createBatch, async ({ principal, request, body, reply }) => {
      const key = writeKey(request, body, { required: true });
      const { owner } = principal;
      body.operations.forEach(({ method }, i) =>
        requireMethodScope(principal, method, `operations.${i}.method`),
      );
      const moves = body.operations.map(({ method, token_id: tokenId, params = {} }, i) => ({
        owner,
        tokenId,
        ...actionIn(method, params, `operations.${i}.params`),
      }));
      const made = await batches.create(body.mode ?? 'parallel', moves, key!);
      markReplay(reply, made.replayed);
      return presentBatch(made);
    }),
    bind(ops.getBatch, async ({ principal, params }) =>
      presentBatch(await batches.find(principal.owner, params.id)),
    ),
  ];
}
