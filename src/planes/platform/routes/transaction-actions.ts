import type { Static } from '@sinclair/typebox';
import * as ops from '#schemas/platform/transaction-actions.ts';
import type { TransactionAttempt } from '#src/core/journal-store.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { markReplay } from '../idempotency.ts';
import { unix, unixOrNull } from '../present.ts';
import { presentTransaction } from '../present-tokens.ts';
import type { PlatformServices } from '../services.ts';

function presentAttempt(attempt: TransactionAttempt): Static<typeof ops.TransactionAttempt> {
  const { id, state, hash, nonce, replaces, txHash, blockNumber } = attempt;
  return {
    object: 'attempt',
    id,
    state,
    hash,
    nonce: nonce.toString(),
    replaces,
    max_fee_per_gas: attempt.maxFeePerGas.toString(),
    max_priority_fee_per_gas: attempt.maxPriorityFeePerGas.toString(),
    batch_size: attempt.batchSize,
    success: attempt.success,
    tx_hash: txHash,
    block_number: blockNumber === null ? null : Number(blockNumber),
    created: unix(attempt.createdAt),
    sent: unixOrNull(attempt.sentAt),
  };
}

/** What a tenant may do about its transactions. */
export function transactionActionRoutes({ transactionActions: actions }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.getTransactionTimeline, async ({ principal, params }) => {
      const { transaction, attempts } = await actions.timeline(principal.owner, params.id);
      return {
        object: 'timeline' as const,
        transaction: presentTransaction(transaction),
        attempts: attempts.map(presentAttempt),
      };
    }),
    bind(ops.cancelTransaction, async ({ principal, params }) =>
      presentTransaction(await actions.cancel(principal.owner, params.id)),
    ),
    bind(ops.speedUpTransaction, async ({ principal, params }) =>
      presentTransaction(await actions.speedUp(principal.owner, params.id)),
    ),
    bind(ops.retryTransaction, async ({ principal, params, reply }) => {
      const { transaction, replayed } = await actions.retry(principal.owner, params.id);
      markReplay(reply, replayed);
      return presentTransaction(transaction);
    }),
  ];
}
