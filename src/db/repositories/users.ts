import { and, asc, eq, gt, inArray, isNull, lte, sql } from 'drizzle-orm';
import { newId } from '#src/core/ids.ts';
import type {
  LogInAttemptRepository,
  RefreshSessionRepository,
  UserRepository,
} from '#src/core/ports/users.ts';
import type { Db } from '../handle.ts';
import { logInAttempts, refreshSessions, users } from '../tables/facilitator.ts';
import { tenants } from '../tables/tenants.ts';

/** People's accounts; deleted ones are kept but not found. */
export function userRepository(db: Db): UserRepository {
  const live = isNull(users.deletedAt);
  return {
    insert: ({ companyName, ...user }, at) =>
      db.transaction(async (tx) => {
        const tenantId = newId('ten');
        await tx.insert(tenants).values({ id: tenantId, name: companyName, createdAt: at });
        const [row] = await tx
          .insert(users)
          .values({ ...user, tenantId, publicId: newId('usr'), createdAt: at })
          .onConflictDoNothing()
          .returning();
        if (row) return row;
        await tx.delete(tenants).where(eq(tenants.id, tenantId));
        return null;
      }),
    async findByEmail(email) {
      const [row] = await db
        .select()
        .from(users)
        .where(and(eq(users.email, email), live));
      return row ?? null;
    },
    async find(id) {
      const [row] = await db
        .select()
        .from(users)
        .where(and(eq(users.id, id), live));
      return row ?? null;
    },
    list: ({ offset, limit }) =>
      db.select().from(users).where(live).orderBy(asc(users.id)).offset(offset).limit(limit),
    async update(id, change) {
      const [row] = await db
        .update(users)
        .set(change)
        .where(and(eq(users.id, id), live))
        .returning();
      return row ?? null;
    },
    async delete(id, at) {
      const gone = await db
        .update(users)
        .set({ deletedAt: at })
        .where(and(eq(users.id, id), live))
        .returning({ id: users.id });
      return gone.length > 0;
    },
  };
}

/** Refresh tokens by id. */
export function refreshSessionRepository(db: Db): RefreshSessionRepository {
  const t = refreshSessions;
  return {
    async insert(session, at) {
      await db.insert(t).values({ ...session, createdAt: at });
    },
    async find(jti) {
      const [row] = await db.select().from(t).where(eq(t.jti, jti));
      return row ?? null;
    },
    async revoke(jti, at) {
      await db
        .update(t)
        .set({ revokedAt: at })
        .where(and(eq(t.jti, jti), isNull(t.revokedAt)));
    },
    async revokeAll(userId, at) {
      await db
        .update(t)
        .set({ revokedAt: at })
        .where(and(eq(t.userId, userId), isNull(t.revokedAt)));
    },
    async deleteExpired(at, limit) {
      const some = db.select({ jti: t.jti }).from(t).where(lte(t.expiresAt, at)).limit(limit);
      return (await db.delete(t).where(inArray(t.jti, some)).returning({ jti: t.jti })).length;
    },
  };
}

/** Log-in attempts in fixed windows. */
export function logInAttemptRepository(db: Db): LogInAttemptRepository {
  const t = logInAttempts;
  return {
    async count(key, at, windowMs) {
      const until = new Date(at.getTime() + windowMs);
      const over = sql`${t.until} <= ${at.toISOString()}::timestamptz`;
      const [row] = await db
        .insert(t)
        .values({ key, count: 1, until })
        .onConflictDoUpdate({
          target: t.key,
          set: {
            count: sql`case when ${over} then 1 else ${t.count} + 1 end`,
            until: sql`case when ${over} then excluded.until else ${t.until} end`,
          },
        })
        .returning();
      return row ?? { count: 1, until };
    },
    async read(keys, at) {
      const open = await db
        .select()
        .from(t)
        .where(and(inArray(t.key, [...keys]), gt(t.until, at)));
      return new Map(open.map((row) => [row.key, row]));
    },
    async forgive(key) {
      await db
        .update(t)
        .set({ count: sql`greatest(${t.count} - 1, 0)` })
        .where(eq(t.key, key));
    },
    async clear(key) {
      await db.delete(t).where(eq(t.key, key));
    },
    async deleteExpired(at, limit) {
      const some = db.select({ key: t.key }).from(t).where(lte(t.until, at)).limit(limit);
      return (await db.delete(t).where(inArray(t.key, some)).returning({ key: t.key })).length;
    },
  };
}
