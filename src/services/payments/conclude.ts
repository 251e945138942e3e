import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { Transaction } from '#src/core/journal.ts';
import type {
  Adopted,
  Settlement,
  SettlementOutcome,
  SettlementRepository,
} from '#src/core/ports/settlements.ts';
import { type PreparedPayment, spentReasons } from '#src/core/payment.ts';
import type { Answers } from './answers.ts';
import type { Books } from './books.ts';
import { failureReason, newsOf } from './changes.ts';
import type { PaymentsOptions, SettleAnswer } from './ports.ts';
import { type PaymentTellers, tellPayments } from './telling.ts';
import type { Verdicts } from './verify.ts';

/** One settle call under way. */
export type Settling = {
  options: PaymentsOptions;
  verdicts: Verdicts;
  books: Books;
  answers: Answers;
  payment: PreparedPayment;
  /** The caller's Idempotency-Key. */
  key: string | null;
  owner: string;
  /** Monotonic ms. */
  deadline: number;
};

type Place = { txHash: Hex | null; blockNumber: bigint | null };

/**
 * Waits for a known payment's outcome and says it; success is said by one call alone. `until`: whether its block, or the
 * depth of a confirmation, ends the wait.
 */
export async function conclude(
  settling: Settling,
  row: Settlement,
  until: 'included' | 'final' = 'included',
): Promise<SettleAnswer> {
  if (row.status === 'failed') return explainFailure(settling, row);
  if (row.amount !== settling.payment.amount) return concludeOther(settling, row);
  if (row.status === 'settled') return deliver(settling, row, row);
  if (row.transactionId === null) return explainFailure(settling, row);
  const left = Math.max(0, settling.deadline - performance.now());
  const transaction = await settling.options.journal.wait(row.transactionId, left, until);
  if (transaction.status === 'confirmed') return deliver(settling, row, transaction);
  if (transaction.status === 'failed') {
    const { txHash, blockNumber, error } = transaction;
    const reason = failureReason(error);
    return explainFailure(settling, { ...row, status: 'failed', txHash, blockNumber, reason });
  }
  if (transaction.blockNumber !== null && until === 'included')
    return concludeEarly(settling, row, transaction);
  return transaction.txHash === null
    ? giveUp(settling, row, transaction.id)
    : settling.answers.pending(row, transaction);
}

/** Another amount of the same authorization (`upto`) was taken before: what became of that is no answer to this one. */
function concludeOther({ answers }: Settling, row: Settlement): SettleAnswer {
  return row.status === 'settled' ? answers.duplicate(row, row) : answers.pending(row, row);
}

/** Takes the one right to say success; whoever comes later is told that it was said. */
async function deliver(settling: Settling, row: Settlement, place: Place): Promise<SettleAnswer> {
  const { options, books, answers, payment, key, owner } = settling;
  // The answer may be lost: who is told of success under a key of its own hears it again under that one.
  const mayName =
    row.owner === owner && row.idempotencyKey === null && row.fingerprint === payment.fingerprint;
  const claimed =
    key !== null && mayName
      ? options.store.settlements.claimDeliveryAs(row.id, key, options.clock.now())
      : books.claimDelivery(row.id);
  if (await claimed) return answers.paid(row, place, false);
  const now = await options.store.settlements.findById(row.id);
  if (now?.status !== 'settled') return answers.pending(row, place);
  // The same merchant's own key with the same fingerprint may hear its answer again.
  const own = key !== null && now.idempotencyKey === key && now.owner === owner;
  return own ? answers.paid(now, now, true) : answers.duplicate(now, now);
}

/** In a block, not final yet: the block's own logs decide at the first confirmation. */
async function concludeEarly(settling: Settling, row: Settlement, t: Transaction): Promise<SettleAnswer> {
  const { options, answers } = settling;
  if (t.txHash === null) return answers.pending(row, t);
  const proven = await options.evidence.proves(row.network, t.txHash, t.expect).catch(() => null);
  if (proven === null) return answers.pending(row, t);
  // A leg that a batch left out may be sent once more, alone: the failure of no block is told before it is final.
  if (!proven) return conclude(settling, row, 'final');
  const { txHash, blockNumber } = t;
  const settled = { status: 'settled', txHash, blockNumber, gasUsed: null, fee: null, reason: null } as const;
  await options.store.transaction((tx) => write(tx, options, t.id, settled));
  return deliver(settling, row, t);
}

/** Nothing was sent in time: taken back, so that it is not sent behind the merchant's back. */
async function giveUp(settling: Settling, row: Settlement, transactionId: string): Promise<SettleAnswer> {
  const { options, answers } = settling;
  const error = { code: 'not_sent', message: 'the transaction could not be sent in time' };
  const cancelled = await options.store.transaction(async (tx) => {
    const at = options.clock.now();
    if (!(await tx.transactions.cancel(transactionId, error, at))) return false;
    const place = { txHash: null, blockNumber: null, gasUsed: null, fee: null };
    await write(tx, options, transactionId, { status: 'failed', reason: 'not_sent', ...place });
    return true;
  });
  if (cancelled) {
    throw fail('settlement_unavailable', {
      message: 'The network could not take the transaction in time; nothing was sent',
      retryAfter: 5,
    });
  }
  const now = await options.journal.wait(transactionId, 0);
  return answers.pending(row, now);
}

/** Our transaction did not pay: perhaps somebody else's did; else the reason is told. */
async function explainFailure(settling: Settling, row: Settlement): Promise<SettleAnswer> {
  const { options, verdicts, answers, payment } = settling;
  verdicts.forget(payment);
  const { verdict } = await verdicts.of(payment);
  verdicts.forget(payment);
  if (!verdict.valid && spentReasons.includes(verdict.reason)) {
    const { expect, trace } = payment.settlement;
    const found = await options.evidence.find(payment.network, expect, trace);
    if (found) return adopt(settling, row, found);
  }
  if (row.txHash !== null) {
    const reason =
      row.reason === 'invalid_exact_evm_transfer_event_mismatch' ? row.reason : payment.words.failed;
    return answers.refused(reason, 'the transaction did not make the transfer', row);
  }
  if (!verdict.valid) return answers.refused(verdict.reason, verdict.message);
  return answers.refused(
    payment.words.simulation,
    'the transfer would have failed on the chain; it may be tried again',
  );
}

/** Takes a payment as settled by a transaction that is not ours. */
export async function adopt(
  settling: Settling,
  row: Settlement,
  found: { txHash: Hex; blockNumber: bigint },
): Promise<SettleAnswer> {
  const { options, payment } = settling;
  if (row.status === 'received' && row.transactionId !== null) return conclude(settling, row);
  await options.store.transaction((tx) => adoptAndTell(tx, options, row.id, { ...found, ...asked(payment) }));
  const now = await options.store.settlements.findById(row.id);
  if (now?.status === 'settled') return deliver(settling, now, now);
  return notItsOwn(settling);
}

/** The transfer found is another payment's. */
export const notItsOwn = ({ answers, payment }: Settling): SettleAnswer =>
  answers.refused(payment.words.spent, 'the nonce was used, and no transfer of its own was found');

/** What a row says of the payment as it is asked for now. */
export const asked = ({ amount, fingerprint }: PreparedPayment) => ({ amount, fingerprint });

/** Writes an outcome and tells of it when it is news. */
async function write(
  tx: PaymentTellers & { settlements: Pick<SettlementRepository, 'conclude'> },
  { clock, environmentOf }: PaymentsOptions,
  transactionId: string,
  outcome: SettlementOutcome,
): Promise<void> {
  const concluded = await tx.settlements.conclude([{ ...outcome, transactionId }], clock.now());
  await tellPayments(tx, newsOf(concluded), environmentOf);
}

/** Takes a payment as settled by other means and tells of it; null when it may not be. In a database transaction. */
export async function adoptAndTell(
  tx: PaymentTellers & { settlements: Pick<SettlementRepository, 'adopt' | 'findById'> },
  { clock, environmentOf }: Pick<PaymentsOptions, 'clock' | 'environmentOf'>,
  id: string,
  place: Adopted,
): Promise<Settlement | null> {
  if (!(await tx.settlements.adopt(id, place, clock.now()))) return null;
  const settlement = await tx.settlements.findById(id);
  if (settlement) await tellPayments(tx, [settlement], environmentOf);
  return settlement;
}
