import { fail, isKind } from '#src/core/errors.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { Claim, ClaimRepository } from '#src/core/ports/claims.ts';
import type { PayoutPort } from '#src/core/ports/payouts.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { ClaimCaller, Claims, ClaimState } from './claims.ts';
import type { Writer, Written } from './writes.ts';

export type ClaimReleases = {
  /** @throws not_found, claim_locked, claim_not_locked, claim_already_released, user_operation_failed, idempotency_conflict */
  release(caller: ClaimCaller, claimId: string, key: IdempotencyKey | null): Promise<Written>;
};

type Store = { claims: Pick<ClaimRepository, 'release'> };

export type ClaimReleasePorts = {
  claims: Pick<Claims, 'get'>;
  writer: Writer<Store>;
  payouts: Pick<PayoutPort, 'contract' | 'lock' | 'release'>;
  preflight: Preflight;
};

/** Locked payouts that are due, sent on by the treasury; whether they are due is for the chain's own clock to say. */
export function createClaimReleases(ports: ClaimReleasePorts): ClaimReleases {
  const { claims, writer } = ports;
  return {
    async release(caller, claimId, key) {
      try {
        return await writer.write(key, async () => {
          const state = await claims.get(caller, claimId);
          await releasable(ports, state);
          return intentOf(ports, state.claim);
        });
      } catch (error) {
        if (!isKind(error, 'claim_already_released')) throw error;
        // Whoever lost a race learns who won it.
        throw alreadyReleased((await claims.get(caller, claimId)).release);
      }
    },
  };
}

/** One release at a time; after a failed one only when the chain still holds the tokens. */
async function releasable(
  { payouts, preflight }: ClaimReleasePorts,
  { claim, transaction, release }: ClaimState,
): Promise<void> {
  const { network, payer, payoutId, releaseAt } = claim;
  if (releaseAt === null || transaction.status !== 'confirmed') {
    throw fail('claim_not_locked', { details: { status: transaction.status, locked: releaseAt !== null } });
  }
  if (release && release.status !== 'failed') throw alreadyReleased(release);
  const lock = await payouts.lock(network, payoutId);
  if (!lock) throw fail('claim_not_locked', { details: { status: 'unknown', locked: true } });
  if (lock.released) throw alreadyReleased(release);
  const refusal = await preflight(network, payer, payouts.release(network, { ...claim, id: payoutId }).calls);
  if (!refusal) return;
  if (refusal.revertReason.startsWith('LockNotDue')) {
    throw fail('claim_locked', { details: { releaseAt: releaseAt.toISOString() } });
  }
  if (refusal.revertReason.startsWith('LockReleased')) throw alreadyReleased(release);
  throw fail('user_operation_failed', { details: { ...refusal } });
}

const alreadyReleased = (transaction: Transaction | null) =>
  fail('claim_already_released', {
    details: transaction
      ? { transactionId: transaction.id, status: transaction.status, txHash: transaction.txHash }
      : {},
  });

function intentOf({ payouts }: ClaimReleasePorts, claim: Claim) {
  const { owner, userId, network, payer, token, recipient, amount, claimId, payoutId } = claim;
  return {
    transaction: {
      owner,
      userId,
      type: 'claim_release',
      network,
      lane: accountLane(network, payer),
      ...payouts.release(network, { ...claim, id: payoutId }),
      meta: { token, from: payouts.contract(network), to: recipient, amount: amount.toString(), claimId },
    },
    async bind(tx: Store, transactionId: string): Promise<void> {
      if (!(await tx.claims.release(claim, transactionId))) throw alreadyReleased(null);
    },
  };
}
