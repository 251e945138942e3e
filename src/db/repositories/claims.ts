import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ClaimRepository } from '#src/core/ports/claims.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { claims } from '../tables/claims.ts';

/** What claims pay. */
export function claimRepository(db: Db): ClaimRepository {
  const t = claims;
  const one = lazy(() =>
    db
      .select()
      .from(t)
      .where(and(eq(t.owner, sql.placeholder('owner')), eq(t.claimId, sql.placeholder('claimId'))))
      .prepare('claims_find'),
  );
  return {
    async find(owner, claimId) {
      const [row] = await one().execute({ owner, claimId });
      return row ?? null;
    },
    async findPayouts(owner, userId, payoutIds) {
      if (payoutIds.length === 0) return [];
      return db
        .select()
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.userId, userId), inArray(t.payoutId, [...payoutIds])));
    },
    async insert(claim, at) {
      const made = await db
        .insert(t)
        .values({ ...claim, createdAt: at })
        .onConflictDoNothing({ target: [t.owner, t.claimId] })
        .returning({ id: t.id });
      return made.length === 1;
    },
    async release({ owner, claimId, releaseTransactionId: before }, transactionId) {
      const carried = before === null ? isNull(t.releaseTransactionId) : eq(t.releaseTransactionId, before);
      const changed = await db
        .update(t)
        .set({ releaseTransactionId: transactionId })
        .where(and(eq(t.owner, owner), eq(t.claimId, claimId), carried))
        .returning({ id: t.id });
      return changed.length === 1;
    },
    async retake({ id: _id, owner, claimId, ...values }, before) {
      const changed = await db
        .update(t)
        .set({ ...values, releaseTransactionId: null })
        .where(and(eq(t.owner, owner), eq(t.claimId, claimId), eq(t.transactionId, before)))
        .returning({ id: t.id });
      return changed.length === 1;
    },
  };
}
