import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { Settlement, SettlementIdentity } from '#src/core/ports/settlements.ts';
import { type PreparedPayment, type Refusal, spentReasons, type Verdict } from '#src/core/payment.ts';
import { createAnswers } from './answers.ts';
import type { Books } from './books.ts';
import { adopt, adoptAndTell, asked, conclude, notItsOwn, type Settling } from './conclude.ts';
import { type Identifiers, identifierOf } from './identifiers.ts';
import type { Merchant, PaymentsOptions, SettleAnswer } from './ports.ts';
import { paused, type Read, readPayment } from './request.ts';
import type { Verdicts } from './verify.ts';

export type SettleInput = { merchant: Merchant; body: unknown; idempotencyKey: string | null };

/**
 * Settles a payment once.
 * @throws what `readPayment` throws · idempotency_conflict · settlement_unavailable when nothing was sent and nobody can tell
 */
export async function settle(
  options: PaymentsOptions,
  { verdicts, identifiers, books }: { verdicts: Verdicts; identifiers: Identifiers; books: Books },
  input: SettleInput,
): Promise<SettleAnswer> {
  const read = await readPayment(options, input.merchant, input.body, 'settle');
  const answers = createAnswers(options, read);
  if (!read.payment) return answers.refused(read.refusal.reason, read.refusal.message);
  const { payment } = read;
  await identifiers.check(input.merchant.owner, payment);
  const settling: Settling = {
    options,
    verdicts,
    books,
    answers,
    payment,
    key: input.idempotencyKey,
    owner: input.merchant.owner,
    deadline: performance.now() + options.settleTimeoutMs,
  };
  const earlier = await findByKey(settling);
  // Nothing came of a failed one: it may be tried again, under its key too.
  if (earlier && earlier.status !== 'failed') return conclude(settling, earlier);
  if (!(await options.mayTake(payment.network))) {
    const row = await findKnown(settling);
    if (row) return conclude(settling, row);
    throw paused(payment.network);
  }

  let verdict: Verdict;
  try {
    ({ verdict } = await verdicts.of(payment));
  } catch (error) {
    // The chain is out of reach, but the journal may know this payment already.
    const row = await findKnown(settling);
    if (row) return conclude(settling, row);
    throw error;
  }
  if (!verdict.valid) return refuse(settling, input.merchant, read, verdict);
  return payment.settlement.calls.length > 0
    ? begin(settling, input.merchant, read)
    : close(settling, input.merchant, read);
}

/** The row of the caller's own key. @throws idempotency_conflict when it is another payment's */
async function findByKey({ options, key, owner, payment }: Settling): Promise<Settlement | null> {
  const row = key === null ? null : await options.store.settlements.findByKey(owner, key);
  if (row && row.fingerprint !== payment.fingerprint) {
    throw fail('idempotency_conflict', {
      message: 'The Idempotency-Key was used for another payment',
      resource: 'settlement',
    });
  }
  return row;
}

/** The row of this very payment, known to be authorised: same signed words, same signature, terms still met. */
async function findKnown({ options, payment }: Settling): Promise<Settlement | null> {
  if (payment.mismatch) return null;
  const row = await options.store.settlements.find(identityOf(payment));
  return row?.proof === payment.proof ? row : null;
}

function identityOf({ chainId, asset, payer, nonce }: PreparedPayment): SettlementIdentity {
  return { chainId, asset, payer, nonce };
}

/** Writes payment and intent in one database transaction and sees it through. */
async function begin(settling: Settling, merchant: Merchant, read: Read): Promise<SettleAnswer> {
  const { options, payment, verdicts, books } = settling;
  verdicts.forget(payment);
  const transactionId = newId('tx');
  const settlement = rowOf(settling, merchant, read, transactionId);
  const row = await books.open({ settlement, intent: intentOf(settling, settlement.id, transactionId) });
  if (row) {
    options.journal.wake(options.laneOf(payment.network));
    return conclude(settling, row);
  }
  return resume(settling, (known) =>
    known.status === 'failed' || isUnused(known) ? restart(settling, known) : conclude(settling, known),
  );
}

/** Closed with nothing to pay (`upto`): the chain knows nothing of it, so its authorization is as good as ever. */
const isUnused = (row: Settlement) => row.status === 'settled' && row.amount === 0n && row.txHash === null;

/** Nothing is to be paid: success without a transaction, once. */
async function close(settling: Settling, merchant: Merchant, read: Read): Promise<SettleAnswer> {
  const { options } = settling;
  const row = await options.store.transaction(async (tx) => {
    const at = options.clock.now();
    const written = await tx.settlements.insert(rowOf(settling, merchant, read, null), at);
    const nowhere = { txHash: null, blockNumber: null };
    return written && adoptAndTell(tx, options, written.id, { ...nowhere, ...asked(settling.payment) });
  });
  return row ? conclude(settling, row) : resume(settling, (known) => conclude(settling, known));
}

/** Goes on with a payment that is known already, if it is this one. */
async function resume(
  { options, payment, answers }: Settling,
  go: (known: Settlement) => Promise<SettleAnswer>,
): Promise<SettleAnswer> {
  const known = await options.store.settlements.find(identityOf(payment));
  // The key was taken by another payment in between.
  if (!known) throw fail('idempotency_conflict', { resource: 'settlement' });
  if (known.proof === payment.proof) return go(known);
  return answers.refused(payment.words.spent, 'another payment with this nonce was taken before');
}

/** A payment that failed before, or moved nothing, and is good now goes to the chain again, under its one row. */
async function restart(settling: Settling, row: Settlement): Promise<SettleAnswer> {
  const { options, payment } = settling;
  const restarted = await options.store.transaction(async (tx) => {
    const transactionId = newId('tx');
    const idempotencyKey = row.idempotencyKey === settling.key ? settling.key : null;
    const anew = { transactionId, idempotencyKey, ...asked(payment) };
    if (!(await tx.settlements.restart(row.id, anew, options.clock.now()))) return null;
    await options.journal.submit(tx, intentOf(settling, row.id, transactionId));
    return { ...row, ...anew, status: 'received' as const, txHash: null, blockNumber: null };
  });
  if (restarted) options.journal.wake(options.laneOf(payment.network));
  const now = restarted ?? (await options.store.settlements.findById(row.id));
  return conclude(settling, now ?? row);
}

/** A refusal stands, unless this payment is known or somebody else has put it on the chain. */
async function refuse(
  settling: Settling,
  merchant: Merchant,
  read: Read,
  refusal: Refusal,
): Promise<SettleAnswer> {
  const { options, answers, payment } = settling;
  const known = await findKnown(settling);
  if (known) return conclude(settling, known);
  if (!spentReasons.includes(refusal.reason)) {
    return answers.refused(refusal.reason, refusal.message);
  }
  const { expect, trace } = payment.settlement;
  const found = await options.evidence.find(payment.network, expect, trace);
  if (!found) return answers.refused(refusal.reason, refusal.message);
  const row = rowOf(settling, merchant, read, null);
  // One database transaction: nobody is to find a payment that is neither paid nor on its way.
  const adopted = await options.store
    .transaction(async (tx) => {
      const written = await tx.settlements.insert(row, options.clock.now());
      if (!written) return null;
      const place = { ...found, ...asked(payment) };
      return (await adoptAndTell(tx, options, written.id, place)) ?? Promise.reject(new NotItsOwn());
    })
    .catch((error: unknown) => {
      if (error instanceof NotItsOwn) return error;
      throw error;
    });
  if (adopted instanceof NotItsOwn) return notItsOwn(settling);
  if (adopted) return conclude(settling, adopted);
  return resume(settling, (known) => adopt(settling, known, found));
}

/** Rolls back the row of a payment whose transfer turns out to be another's. */
class NotItsOwn extends Error {}

function rowOf(
  { payment, key }: Settling,
  merchant: Merchant,
  { version, resource, offer }: Read,
  transactionId: string | null,
) {
  return {
    id: newId('set'),
    owner: merchant.owner,
    clientId: merchant.clientId,
    network: payment.network,
    ...identityOf(payment),
    payTo: payment.payTo,
    amount: payment.amount,
    scheme: payment.scheme,
    method: payment.method,
    x402Version: version,
    resource,
    offer,
    proof: payment.proof,
    transactionId,
    idempotencyKey: key,
    paymentIdentifier: identifierOf(payment),
    fingerprint: payment.fingerprint,
  };
}

function intentOf({ options, owner, payment }: Settling, settlementId: string, id: string) {
  const { calls, expect, gas, sender, suffix, alone } = payment.settlement;
  return {
    id,
    owner,
    type: 'settlement',
    network: payment.network,
    lane: options.laneOf(payment.network),
    calls,
    expect,
    meta: {
      settlementId,
      gas: gas.toString(),
      ...(sender ? { sender } : {}),
      ...(alone ? { alone } : {}),
      ...(suffix ? { suffix } : {}),
    },
  };
}
