import { and, eq, gte, sql } from 'drizzle-orm';
import type { IdempotencyRepository } from '#src/core/journal-store.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { idempotencyKeys } from '../tables/journal.ts';

/** Keys of writes; call inside the write's own database transaction. */
export function idempotencyRepository(db: Db): IdempotencyRepository {
  const t = idempotencyKeys;
  return {
    async find(key, at) {
      const [row] = await db
        .select({ fingerprint: t.fingerprint, transactionId: t.transactionId })
        .from(t)
        .where(
          and(
            eq(t.owner, key.owner),
            eq(t.operation, key.operation),
            eq(t.key, key.key),
            gte(t.expiresAt, at),
          ),
        );
      return row ?? null;
    },
    async claim(key, at, expiresAt, transactionId) {
      // A twin that is still running holds the index entry: the insert waits for its commit.
      const now = sql`${at.toISOString()}::timestamptz`;
      const taken = await rows(
        db,
        sql`insert into idempotency_keys as k
            (owner, operation, key, fingerprint, transaction_id, created_at, expires_at)
          values (${key.owner}, ${key.operation}, ${key.key}, ${key.fingerprint}, ${transactionId ?? null}, ${now},
            ${expiresAt.toISOString()}::timestamptz)
          on conflict (owner, operation, key) do update set fingerprint = excluded.fingerprint,
            transaction_id = excluded.transaction_id, created_at = excluded.created_at, expires_at = excluded.expires_at
          where k.expires_at < ${now}
          returning 1`,
      );
      if (taken.length > 0) return null;
      const [first] = await db
        .select({ fingerprint: t.fingerprint, transactionId: t.transactionId })
        .from(t)
        .where(and(eq(t.owner, key.owner), eq(t.operation, key.operation), eq(t.key, key.key)));
      // Removed by the clean-up between the two statements: an expired key is a new one.
      return first ?? this.claim(key, at, expiresAt, transactionId);
    },
    async bind(key, transactionId) {
      await db
        .update(t)
        .set({ transactionId })
        .where(and(eq(t.owner, key.owner), eq(t.operation, key.operation), eq(t.key, key.key)));
    },
    async deleteExpired(at, limit) {
      const gone = await rows(
        db,
        sql`delete from ${t} where ctid in (
          select ctid from ${t} where ${t.expiresAt} < ${at.toISOString()}::timestamptz limit ${limit}) returning 1`,
      );
      return gone.length;
    },
  };
}
