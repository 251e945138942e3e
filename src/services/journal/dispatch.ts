import type { JournalTransaction } from '#src/core/journal-store.ts';
import type { Prepared, SignedSubmission, Submission } from '#src/core/journal.ts';
import { newId } from '#src/core/ids.ts';
import { hearsAll, transactionEvent } from '#src/core/transaction-object.ts';
import { commit, LeaseLostError, noChanges, toTransaction } from './commit.ts';
import { addSubmission, isInFlight, type Group, type LaneState } from './groups.ts';
import type { JournalContext } from './ports.ts';
import { backoff, monotonic, within } from './time.ts';
import { failed } from './verdict.ts';

/** Signs and sends what is queued while the lane has room in flight. */
export async function dispatch(ctx: JournalContext, state: LaneState): Promise<void> {
  while (canDispatch(state)) {
    state.arrivals = false;
    const queued = await ctx.store.journal.listQueued(state.lease.lane, state.executor.maxLegs);
    const batch = pick(queued, state.prepareFailures);
    if (batch.length === 0) return;
    await ctx.checkpoint('after_row');
    for (const transaction of batch) state.transactions.set(transaction.id, transaction);
    const done = await next(ctx, state, batch);
    // Whatever arrives meanwhile rings; a short list that was used up needs no second look.
    if (done < queued.length || queued.length === state.executor.maxLegs) state.arrivals = true;
  }
}

/** True when something may be queued, there is room for it and no pause is due. */
export function canDispatch(state: LaneState): boolean {
  return state.arrivals && monotonic() >= state.nextPrepareAt && hasRoom(state);
}

/** True when another submission may be in flight. */
export function hasRoom(state: LaneState): boolean {
  return [...state.groups.values()].filter(isInFlight).length < state.executor.maxInFlight;
}

/** The longest run in lane order that may share a submission; alone after repeated faults, to find the culprit. */
function pick(queued: readonly JournalTransaction[], failures: number): JournalTransaction[] {
  const first = queued[0];
  if (!first) return [];
  if (first.solo || failures >= 3) return [first];
  const end = queued.findIndex((t) => t.solo);
  return end < 0 ? [...queued] : queued.slice(0, end);
}

/** One batch; returns how many of its transactions left the queue. */
async function next(
  ctx: JournalContext,
  state: LaneState,
  batch: readonly JournalTransaction[],
): Promise<number> {
  const prepared = await prepare(ctx, state, batch);
  if (!prepared) return 0;
  const rejected = prepared.rejected.flatMap(({ id, error }) => {
    const transaction = batch.find((t) => t.id === id);
    return transaction ? [failed(transaction, error)] : [];
  });
  await commit(ctx, state, { ...noChanges(), transactions: rejected });
  const isKnown = (id: string) => [...state.submissions.values()].some(({ legs }) => legs.includes(id));
  for (const { id } of rejected) if (!isKnown(id)) state.transactions.delete(id);
  const { submission, legs } = prepared;
  const recorded = submission !== null && legs.length > 0 && (await record(ctx, state, submission, legs));
  if (!recorded && rejected.length === 0) postpone(ctx, state);
  return rejected.length + (recorded ? legs.length : 0);
}

async function prepare(
  ctx: JournalContext,
  state: LaneState,
  batch: readonly JournalTransaction[],
): Promise<Prepared | null> {
  const open = [...state.groups.values()].flatMap((g) => g.members).filter((m) => m.state !== 'dead');
  try {
    const work = state.executor.prepare(state.lease.lane, batch.map(toTransaction), open);
    const prepared = await within(ctx.timing.callMs, 'prepare', work);
    const alien = prepared.legs.find((id) => !batch.some((t) => t.id === id));
    if (alien !== undefined) throw new Error(`the executor carries ${alien}, which was not given to it`);
    state.prepareFailures = 0;
    await ctx.checkpoint('after_sign');
    return prepared;
  } catch (error) {
    ctx.log.warn({ err: error, lane: state.lease.lane }, 'could not prepare a submission');
    postpone(ctx, state);
    return null;
  }
}

function postpone(ctx: JournalContext, state: LaneState): void {
  state.prepareFailures += 1;
  state.nextPrepareAt = monotonic() + backoff(ctx.timing, state.prepareFailures);
}

/** Commits the signed bytes, then sends them. */
async function record(
  ctx: JournalContext,
  state: LaneState,
  signed: SignedSubmission,
  legs: readonly string[],
): Promise<boolean> {
  const submission = toSubmission(ctx, state, signed, legs);
  const hash = signed.kind === 'user_operation' ? { userOpHash: signed.hash } : { txHash: signed.hash };
  const submitted = legs.flatMap((id) => {
    const before = state.transactions.get(id);
    return before
      ? [{ ...before, ...hash, status: 'submitted' as const, updatedAt: submission.createdAt }]
      : [];
  });
  const events = submitted.filter(hearsAll).map((t) => transactionEvent(t, 'transaction.submitted'));
  const result = await ctx.store.journal.insertSubmission(state.lease, submission, events);
  if (result === 'lease_lost') throw new LeaseLostError(state.lease.lane);
  // Somebody cancelled a leg while it was being signed: the bytes are void, the rest is signed anew.
  if (result === 'legs_changed') return false;
  await ctx.checkpoint('after_record');
  for (const transaction of submitted) state.transactions.set(transaction.id, transaction);
  const { resendMs, firstPollMs } = ctx.timing;
  send(ctx, state, addSubmission(state, submission, resendMs, firstPollMs), submission);
  ctx.publish(submitted.map(toTransaction));
  return true;
}

/** Completes signed bytes to a row. */
export function toSubmission(
  ctx: JournalContext,
  state: LaneState,
  signed: SignedSubmission,
  legs: readonly string[],
): Submission {
  const network = state.transactions.get(legs[0] ?? '')?.network ?? '';
  const { lane, epoch } = state.lease;
  const place = { txHash: null, blockNumber: null, blockHash: null };
  const times = { createdAt: ctx.clock.now(), sentAt: null };
  return { ...signed, id: newId('sub'), lane, network, legs, state: 'signed', epoch, ...place, ...times };
}

/** Sends journalled bytes without holding up the lane; the chain is asked as soon as they are out. */
export function send(ctx: JournalContext, state: LaneState, group: Group, submission: Submission): void {
  group.sending = true;
  group.nextSendAt = monotonic() + group.resendMs;
  group.resendMs = Math.min(group.resendMs * 2, 15_000);
  group.nextLookAt = monotonic() + ctx.timing.pollMs;
  const sent = within(ctx.timing.callMs, 'send', state.executor.send(submission))
    .catch((error: unknown) => {
      // Unknown, never "not sent": the next look decides.
      ctx.log.warn({ err: error, lane: submission.lane, hash: submission.hash }, 'sending failed');
    })
    .then(async () => {
      submission.sentAt ??= ctx.clock.now();
      await ctx.checkpoint('after_send');
    })
    .finally(() => {
      group.sending = false;
      group.nextLookAt = 0;
      group.pauseMs = ctx.timing.firstPollMs;
      state.sends.delete(sent);
      state.signal();
    });
  state.sends.add(sent);
}
