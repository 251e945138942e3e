import type { SubmissionChange, TransactionChange } from '#src/core/journal-store.ts';
import type { Submission, SubmissionOutcome } from '#src/core/journal.ts';
import { hearsAll, transactionEvent } from '#src/core/transaction-object.ts';
import { type Changes, commit, LeaseLostError, noChanges, toTransaction } from './commit.ts';
import { send, toSubmission } from './dispatch.ts';
import {
  addSubmission,
  carried,
  forget,
  type Group,
  groupKey,
  includedMember,
  isCarriedBy,
  isSettled,
  latestLive,
  type LaneState,
} from './groups.ts';
import type { JournalContext } from './ports.ts';
import { monotonic, within } from './time.ts';
import { type Dead, type Included, moved, noted, reorged, requeued, settled } from './verdict.ts';

type Look = { group: Group; found: { member: Submission; outcome: SubmissionOutcome }[] };

/** Asks the chain about every group that is due and commits what it says in one statement. */
export async function watch(ctx: JournalContext, state: LaneState, hurry = false): Promise<void> {
  const now = monotonic();
  const due = [...state.groups.values()].filter((g) => g.nextLookAt <= now);
  if (due.length === 0) return;
  await ctx.checkpoint('before_receipt');
  const looks = (await Promise.all(due.map((group) => look(ctx, state, group)))).filter((l) => l !== null);
  const changes = noChanges();
  for (const seen of looks) judge(ctx, state, seen, changes);
  await commit(ctx, state, changes);
  if (changes.transactions.some((t) => t.status === 'pending')) state.arrivals = true;
  for (const { group } of looks) await follow(ctx, state, group, hurry);
}

async function look(ctx: JournalContext, state: LaneState, group: Group): Promise<Look | null> {
  const ask = (member: Submission) => state.executor.check(member, carried(state, member).map(toTransaction));
  try {
    const found = await Promise.all(
      group.members.map(async (member) => ({
        member,
        outcome: await within(ctx.timing.callMs, 'check', ask(member)),
      })),
    );
    group.nextLookAt = monotonic() + (isSettled(group) ? ctx.timing.settledPollMs : group.pauseMs);
    group.pauseMs = Math.min(group.pauseMs * 2, state.executor.pollMs ?? ctx.timing.pollMs);
    return { group, found };
  } catch (error) {
    ctx.log.warn({ err: error, lane: state.lease.lane }, 'could not ask the chain');
    group.pauseMs = Math.min(Math.max(group.pauseMs, ctx.timing.backoffMs) * 2, ctx.timing.maxBackoffMs);
    group.nextLookAt = monotonic() + group.pauseMs;
    return null;
  }
}

/** Turns what was seen of one nonce into changes. */
function judge(ctx: JournalContext, state: LaneState, { group, found }: Look, changes: Changes): void {
  for (const { member, outcome } of found) {
    if (outcome.state !== 'included') continue;
    group.doubts = 0;
    return include(ctx, state, group, member, outcome, changes);
  }
  const before = includedMember(group);
  const dead = found.every(({ outcome }) => outcome.state === 'dead');
  group.doubts = before || dead ? group.doubts + 1 : 0;
  // One look may be a lagging node's; two in a row are believed.
  if (group.doubts === 1) {
    group.nextLookAt = Math.max(group.nextLookAt, monotonic() + (state.executor.pollMs ?? ctx.timing.pollMs));
    return;
  }
  if (before) return vanish(state, group, before, changes);
  if (dead) return bury(state, group, found, changes);
  for (const { member } of found) {
    if (member.state === 'signed' && member.sentAt) changes.submissions.push(moved(member, 'sent', null));
  }
}

function include(
  ctx: JournalContext,
  state: LaneState,
  group: Group,
  member: Submission,
  at: Included,
  changes: Changes,
): void {
  const before = includedMember(group);
  // After a reorg another hash of the nonce took the place.
  if (before && before !== member) return vanish(state, group, before, changes);
  if (member.state === 'settled' && member.blockHash !== at.blockHash)
    return vanish(state, group, member, changes);
  const deep = at.confirmations >= ctx.watchDepthFor(member.network);
  if (member.state === 'settled') {
    if (deep) changes.submissions.push(moved(member, 'final', at));
    return;
  }
  if (at.confirmations < ctx.confirmationsFor(member.network)) return note(state, group, member, at, changes);
  if (!member.legs.every((id) => at.legs.some((leg) => leg.transactionId === id))) {
    ctx.log.error({ lane: member.lane, hash: member.hash }, 'the executor left legs out of its verdict');
    return;
  }
  changes.submissions.push(moved(member, deep ? 'final' : 'settled', at), ...siblings(group, member));
  for (const leg of at.legs) {
    const t = state.transactions.get(leg.transactionId);
    if (t?.status !== 'submitted' || !isCarriedBy(group, t)) continue;
    changes.transactions.push(settled(t, member, at, leg));
    changes.legs.push({ submissionId: member.id, transactionId: t.id, success: leg.success });
  }
  changes.transactions.push(...orphans(state, group, member));
}

function note(state: LaneState, group: Group, member: Submission, at: Included, changes: Changes): void {
  if (member.state === 'included' && member.blockHash === at.blockHash) return;
  changes.submissions.push(moved(member, 'included', at));
  changes.transactions.push(
    ...carried(state, member)
      .filter((t) => t.status === 'submitted' && isCarriedBy(group, t))
      .map((t) => noted(t, member, at)),
  );
}

/** The other submissions of the nonce can't run any more. */
function siblings(group: Group, winner: Submission): SubmissionChange[] {
  return group.members.filter((m) => m !== winner && m.state !== 'dead').map((m) => moved(m, 'dead', null));
}

/** Transactions that only the losers carried: provably not run. */
function orphans(state: LaneState, group: Group, winner: Submission): TransactionChange[] {
  const error = { code: 'replaced', message: 'The nonce was used by another submission' };
  const dead: Dead = { state: 'dead', reason: 'replaced', error };
  const lost = group.members.filter((m) => m !== winner && m.state !== 'dead');
  return lost
    .flatMap((m) => carried(state, m))
    .filter((t) => t.status === 'submitted' && isCarriedBy(group, t) && !winner.legs.includes(t.id))
    .map((t) => requeued(t, dead));
}

/** A block that held the submission is gone: back to submitted, and the same bytes go out again. */
function vanish(state: LaneState, group: Group, member: Submission, changes: Changes): void {
  changes.submissions.push(moved(member, 'sent', null));
  changes.transactions.push(
    ...carried(state, member)
      .filter((t) => t.status !== 'pending' && t.txHash === member.txHash)
      .map((t) => reorged(t, member)),
  );
  group.doubts = 0;
  group.nextLookAt = 0;
  group.nextSendAt = 0;
}

function bury(state: LaneState, group: Group, found: Look['found'], changes: Changes): void {
  const verdicts = found.flatMap(({ outcome }) => (outcome.state === 'dead' ? [outcome] : []));
  const verdict = verdicts.find((v) => v.reason === 'replaced') ?? verdicts.at(-1);
  if (!verdict) return;
  const ids = new Set(group.members.filter((m) => m.state !== 'dead').flatMap((m) => m.legs));
  changes.submissions.push(
    ...group.members.filter((m) => m.state !== 'dead').map((m) => moved(m, 'dead', null)),
  );
  for (const id of ids) {
    const t = state.transactions.get(id);
    if (t?.status === 'submitted' && isCarriedBy(group, t)) changes.transactions.push(requeued(t, verdict));
  }
}

/** After the commit: forget what is over, send again or replace what is stuck. */
async function follow(ctx: JournalContext, state: LaneState, group: Group, hurry: boolean): Promise<void> {
  if (group.members.every((m) => m.state === 'final' || m.state === 'dead')) return forget(state, group);
  const latest = latestLive(group);
  if (!latest || includedMember(group) || group.sending || isOvertaken(state, group, latest)) return;
  if (!hurry && monotonic() < group.nextSendAt) return;
  const replacement = latest.sentAt ? await bump(ctx, state, latest, hurry) : null;
  if (!replacement) return send(ctx, state, group, latest);
  const { resendMs, firstPollMs } = ctx.timing;
  send(ctx, state, addSubmission(state, replacement, resendMs, firstPollMs), replacement);
}

/**
 * True for a batch that failed in a block, and whose legs went on alone, once a reorg undid it: in another block it might do
 * them once more. What follows it waits until it has expired; without an expiry its nonce must be taken by these bytes.
 */
function isOvertaken(state: LaneState, group: Group, latest: Submission): boolean {
  return latest.validUntil !== null && !carried(state, latest).some((t) => isCarriedBy(group, t));
}

async function bump(
  ctx: JournalContext,
  state: LaneState,
  latest: Submission,
  hurry: boolean,
): Promise<Submission | null> {
  if (!state.executor.bump) return null;
  try {
    const work = state.executor.bump(latest, carried(state, latest).map(toTransaction), { hurry });
    const signed = await within(ctx.timing.callMs, 'bump', work);
    if (!signed) return null;
    if (groupKey(signed) !== groupKey(latest))
      throw new Error('a replacement must have the same sender and nonce');
    const submission = toSubmission(ctx, state, { ...signed, replaces: latest.hash }, latest.legs);
    const hash = signed.kind === 'user_operation' ? { userOpHash: signed.hash } : { txHash: signed.hash };
    const replaced = carried(state, latest)
      .filter((t) => t.status === 'submitted')
      .map((t) => ({ ...t, ...hash }));
    const events = replaced.filter(hearsAll).map((t) => transactionEvent(t, 'transaction.replaced'));
    const result = await ctx.store.journal.insertReplacement(state.lease, submission, events);
    if (result === 'lease_lost') throw new LeaseLostError(state.lease.lane);
    for (const t of replaced) state.transactions.set(t.id, t);
    ctx.publish(replaced.map(toTransaction));
    return submission;
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    ctx.log.warn({ err: error, lane: state.lease.lane, hash: latest.hash }, 'could not replace a submission');
    return null;
  }
}
