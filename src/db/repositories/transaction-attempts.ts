import { and, asc, eq, sql } from 'drizzle-orm';
import type { TransactionAttempt } from '#src/core/journal-store.ts';
import type { Db } from '../handle.ts';
import { submissionLegs, submissions, transactions } from '../tables/journal.ts';

/** Every submission that carries or carried a transaction, oldest first. */
export function listAttempts(db: Db, transactionId: string): Promise<TransactionAttempt[]> {
  const s = submissions;
  return db
    .select({
      id: s.id,
      state: s.state,
      hash: s.hash,
      nonce: s.nonce,
      replaces: s.replaces,
      maxFeePerGas: s.maxFeePerGas,
      maxPriorityFeePerGas: s.maxPriorityFeePerGas,
      batchSize: sql<number>`(select count(*)::integer from ${submissionLegs} a where a.submission_id = ${s.id})`,
      success: submissionLegs.success,
      txHash: s.txHash,
      blockNumber: s.blockNumber,
      createdAt: s.createdAt,
      sentAt: s.sentAt,
    })
    .from(submissionLegs)
    .innerJoin(s, eq(s.id, submissionLegs.submissionId))
    .where(eq(submissionLegs.transactionId, transactionId))
    .orderBy(asc(s.createdAt), asc(s.id));
}

/** Notes by which transaction a failed one is tried again; false when that was noted before. */
export async function claimRetry(db: Db, owner: string, id: string, next: string): Promise<boolean> {
  const t = transactions;
  const done = await db
    .update(t)
    .set({ meta: sql`${t.meta} || jsonb_build_object('retriedAs', ${next}::text)` })
    .where(
      and(eq(t.owner, owner), eq(t.id, id), eq(t.status, 'failed'), sql`${t.meta}->>'retriedAs' is null`),
    )
    .returning({ id: t.id });
  return done.length > 0;
}
