import { and, desc, eq, gt, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Session, SessionMethod, SessionRepository } from '#src/core/ports/sessions.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { users } from '../tables/facilitator.ts';
import { sessions as t } from '../tables/platform.ts';

/** Dashboard sessions. */
export function sessionRepository(db: Db): SessionRepository {
  const withUser = lazy(() =>
    db
      .select({ session: t, user: users })
      .from(t)
      .innerJoin(users, and(eq(users.id, t.userId), isNull(users.deletedAt)))
      .where(eq(t.id, sql.placeholder('id')))
      .prepare('sessions_with_user'),
  );
  return {
    async insert(session, at) {
      const [row] = await db
        .insert(t)
        .values({ ...session, createdAt: at, lastUsedAt: at })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toSession(row);
    },
    async findWithUser(id) {
      const [row] = await withUser().execute({ id });
      return row ? { session: toSession(row.session), user: row.user } : null;
    },
    async list(userId, at) {
      const found = await db
        .select()
        .from(t)
        .where(and(eq(t.userId, userId), isNull(t.revokedAt), gt(t.expiresAt, at)))
        .orderBy(desc(t.createdAt), desc(t.id));
      return found.map(toSession);
    },
    async rotate(id, { from, to, expiresAt }, at) {
      const done = await db
        .update(t)
        .set({ jti: to, expiresAt, lastUsedAt: at })
        .where(and(eq(t.id, id), eq(t.jti, from), isNull(t.revokedAt), gt(t.expiresAt, at)))
        .returning({ id: t.id });
      return done.length > 0;
    },
    async revoke(userId, id, at) {
      const done = await db
        .update(t)
        .set({ revokedAt: at })
        .where(and(eq(t.id, id), eq(t.userId, userId), isNull(t.revokedAt)))
        .returning({ id: t.id });
      return done.length > 0;
    },
    async revokeAll(userId, at, kept) {
      const others = kept === undefined ? undefined : ne(t.id, kept);
      await db
        .update(t)
        .set({ revokedAt: at })
        .where(and(eq(t.userId, userId), isNull(t.revokedAt), others));
    },
    async deleteExpired(at, limit) {
      const some = db.select({ id: t.id }).from(t).where(lte(t.expiresAt, at)).limit(limit);
      return (await db.delete(t).where(inArray(t.id, some)).returning({ id: t.id })).length;
    },
  };
}

function toSession({ method, ...row }: typeof t.$inferSelect): Session {
  return { ...row, method: method as SessionMethod };
}
