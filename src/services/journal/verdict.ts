import type { JournalTransaction, SubmissionChange, TransactionChange } from '#src/core/journal-store.ts';
import type { LegOutcome, Submission, SubmissionOutcome, TransactionError } from '#src/core/journal.ts';
import type { EventType } from '#src/core/event-types.ts';
import { newId } from '#src/core/ids.ts';
import { hearsAll, transactionObject } from '#src/core/transaction-object.ts';

export type Included = Extract<SubmissionOutcome, { state: 'included' }>;
export type Dead = Extract<SubmissionOutcome, { state: 'dead' }>;

/** A transaction that lost its nonce to somebody else this often is failed. */
const maxRequeues = 5;

/** Unchanged values of a transaction, as the base of a change. */
function unchanged(t: JournalTransaction): TransactionChange {
  const { id, owner, status, solo, requeues, userOpHash, txHash, error } = t;
  const { blockNumber, blockHash, gasUsed, sponsorCost } = t;
  const chain = { userOpHash, txHash, blockNumber, blockHash, gasUsed, sponsorCost };
  return { id, owner, from: status, status, solo, requeues, ...chain, error, event: null };
}

const nowhere = {
  blockNumber: null,
  blockHash: null,
  gasUsed: null,
  sponsorCost: null,
  error: null,
} as const;

/** Adds the outbox row that tells of the change. */
function told(t: JournalTransaction, change: TransactionChange, type: EventType): TransactionChange {
  return { ...change, event: { id: newId('evt'), type, data: transactionObject({ ...t, ...change }) } };
}

/** In a block, not yet deep enough: the place is noted, the status waits. */
export function noted(t: JournalTransaction, by: Submission, at: Included): TransactionChange {
  return { ...unchanged(t), ...placed(t, by, at) };
}

function placed(t: JournalTransaction, by: Submission, at: Included) {
  const userOpHash = by.kind === 'user_operation' ? by.hash : t.userOpHash;
  return { userOpHash, txHash: at.txHash, blockNumber: at.blockNumber, blockHash: at.blockHash };
}

/** Deep enough: confirmed, failed, or back in the queue to run alone once. */
export function settled(
  t: JournalTransaction,
  by: Submission,
  at: Included,
  leg: LegOutcome,
): TransactionChange {
  if (!leg.success && leg.retryAlone === true && !t.solo) {
    const again = { status: 'pending', solo: true, userOpHash: null, txHash: null } as const;
    return back(t, { ...unchanged(t), ...nowhere, ...again, sponsorCost: total(t, leg) });
  }
  const { gasUsed } = leg;
  const sponsorCost = total(t, leg);
  const change = { ...unchanged(t), ...placed(t, by, at), gasUsed, sponsorCost };
  if (leg.success) return told(t, { ...change, status: 'confirmed', error: null }, 'transaction.confirmed');
  const error = leg.error ?? { code: 'reverted', message: 'The call reverted' };
  return told(t, { ...change, status: 'failed', error }, 'transaction.failed');
}

/** What it has cost with the attempts before this one, whose gas was paid, too. */
function total(t: JournalTransaction, { sponsorCost }: LegOutcome): bigint | null {
  return sponsorCost === null ? t.sponsorCost : (t.sponsorCost ?? 0n) + sponsorCost;
}

/** Refused before it was sent, or never able to run. */
export function failed(t: JournalTransaction, error: TransactionError): TransactionChange {
  return told(t, { ...unchanged(t), status: 'failed', error }, 'transaction.failed');
}

/** In the queue again. */
function back(t: JournalTransaction, change: TransactionChange): TransactionChange {
  return hearsAll(t) ? told(t, change, 'transaction.requeued') : change;
}

/** Its submission can never run: queued anew, or failed when that was tried before. */
export function requeued(t: JournalTransaction, dead: Dead): TransactionChange {
  const limit = dead.reason === 'expired' ? 1 : maxRequeues;
  if (t.requeues >= limit) return failed(t, dead.error);
  const requeues = t.requeues + 1;
  const again = { status: 'pending', requeues, userOpHash: null, txHash: null } as const;
  return back(t, { ...unchanged(t), ...nowhere, ...again, sponsorCost: t.sponsorCost });
}

/** Its block is gone: submitted again, and told so. */
export function reorged(t: JournalTransaction, submission: Submission): TransactionChange {
  const txHash = submission.kind === 'transaction' ? submission.hash : null;
  return told(t, { ...unchanged(t), ...nowhere, txHash, status: 'submitted' }, 'transaction.reorged');
}

/** A submission's new state and place. */
export function moved(s: Submission, state: Submission['state'], at: Included | null): SubmissionChange {
  const place = {
    txHash: at?.txHash ?? null,
    blockNumber: at?.blockNumber ?? null,
    blockHash: at?.blockHash ?? null,
  };
  return { id: s.id, state, ...place, sentAt: s.sentAt };
}
