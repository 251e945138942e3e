import type { JournalTransaction, Lease } from '#src/core/journal-store.ts';
import type { LaneExecutor, Submission } from '#src/core/journal.ts';

/** All submissions of one nonce: at most one of them can ever be in a block. Oldest first. */
export type Group = {
  key: string;
  members: Submission[];
  /** Monotonic ms, as all times here. */
  nextLookAt: number;
  pauseMs: number;
  nextSendAt: number;
  resendMs: number;
  sending: boolean;
  /** Looks in a row that said "dead" or "vanished": one look may be a lagging node's. */
  doubts: number;
};

/** A lane as its lease holder knows it; the journal is the truth, this is its image. */
export type LaneState = {
  lease: Lease;
  executor: LaneExecutor;
  groups: Map<string, Group>;
  /** Members of all groups, by id. */
  submissions: Map<string, Submission>;
  /** Transactions of all groups and of the batch in hand, by id. */
  transactions: Map<string, JournalTransaction>;
  /** Something may be queued. */
  arrivals: boolean;
  nextPrepareAt: number;
  prepareFailures: number;
  /** Bytes on their way; awaited before the lane is given up. */
  sends: Set<Promise<void>>;
  /** Ends the lane's pause. */
  signal(): void;
};

export const groupKey = (s: Pick<Submission, 'sender' | 'nonce'>): string => `${s.sender}:${s.nonce}`;

/** Adds a submission to the group of its nonce; the group is due for a look, and for a send if it is pending. */
export function addSubmission(
  state: LaneState,
  submission: Submission,
  resendMs: number,
  pauseMs: number,
): Group {
  const key = groupKey(submission);
  const members = [...(state.groups.get(key)?.members ?? []), submission];
  const times = { nextLookAt: 0, pauseMs, nextSendAt: 0, resendMs };
  const group: Group = { key, members, ...times, sending: false, doubts: 0 };
  state.groups.set(key, group);
  state.submissions.set(submission.id, submission);
  return group;
}

/** Forgets a group that is over, and the transactions that travel with no other. */
export function forget(state: LaneState, group: Group): void {
  state.groups.delete(group.key);
  for (const member of group.members) {
    state.submissions.delete(member.id);
    for (const id of member.legs) {
      const transaction = state.transactions.get(id);
      if (transaction && isCarriedBy(group, transaction)) state.transactions.delete(id);
    }
  }
}

/** The member that is in a block as far as the journal knows. */
export function includedMember(group: Group): Submission | undefined {
  return group.members.find((m) => m.state === 'included' || m.state === 'settled');
}

/** True when the transaction travels with this nonce (and not, after a retry, with a later one). */
export function isCarriedBy(group: Group, t: JournalTransaction): boolean {
  return group.members.some((m) => m.hash === (m.kind === 'user_operation' ? t.userOpHash : t.txHash));
}

/** True while the group holds a place in flight: signed or sent, in no block yet. */
export function isInFlight(group: Group): boolean {
  return !includedMember(group) && group.members.some((m) => m.state === 'signed' || m.state === 'sent');
}

/** True when only a late reorg could still change the group. */
export function isSettled(group: Group): boolean {
  return includedMember(group)?.state === 'settled';
}

/** True while the lane must not rest: open, or settled with a doubt that the next look decides. */
export function needsWatch(group: Group): boolean {
  return !isSettled(group) || group.doubts > 0;
}

/** The youngest member that can still be sent. */
export function latestLive(group: Group): Submission | undefined {
  return group.members.findLast((m) => m.state === 'signed' || m.state === 'sent');
}

/** The transactions a submission carries, in leg order. */
export function carried(
  state: Pick<LaneState, 'transactions'>,
  submission: Submission,
): JournalTransaction[] {
  return submission.legs.flatMap((id) => state.transactions.get(id) ?? []);
}
