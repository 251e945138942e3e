import { and, desc, eq, isNull } from 'drizzle-orm';
import type { Resource, ResourceRepository } from '#src/core/ports/resources.ts';
import type { Db } from '../handle.ts';
import { resources as t } from '../tables/facilitator.ts';

type Row = typeof t.$inferSelect;

/** Merchants' resources; deleted ones are kept but not found. */
export function resourceRepository(db: Db): ResourceRepository {
  const own = (userId: number, id: number) => and(eq(t.id, id), eq(t.userId, userId), isNull(t.deletedAt));
  return {
    async insert(userId, input, at) {
      const [row] = await db
        .insert(t)
        .values({ ...input, userId, createdAt: at, updatedAt: at })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toResource(row);
    },
    async list(userId, { offset, limit }) {
      const found = await db
        .select()
        .from(t)
        .where(and(isNull(t.deletedAt), userId === null ? undefined : eq(t.userId, userId)))
        .orderBy(desc(t.id))
        .offset(offset)
        .limit(limit);
      return found.map(toResource);
    },
    async find(userId, id) {
      const [row] = await db.select().from(t).where(own(userId, id));
      return row ? toResource(row) : null;
    },
    async replace(userId, id, input, at) {
      const done = await db
        .update(t)
        .set({ ...input, source: 'merchant', updatedAt: at })
        .where(own(userId, id))
        .returning({ id: t.id });
      return done.length > 0;
    },
    async delete(userId, id, at) {
      const done = await db.update(t).set({ deletedAt: at }).where(own(userId, id)).returning({ id: t.id });
      return done.length > 0;
    },
  };
}

/** The row without what only the catalogue needs. */
export function toResource(row: Omit<Row, 'deletedAt'>): Resource {
  const { id, userId, resource, type, x402Version, accepts, metadata, source, createdAt, updatedAt } = row;
  return { id, userId, resource, type, x402Version, accepts, metadata, source, createdAt, updatedAt };
}
