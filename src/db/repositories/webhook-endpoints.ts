import { and, count, desc, eq, lt, sql } from 'drizzle-orm';
import type { WebhookEndpoint, WebhookEndpointRepository } from '#src/core/ports/webhooks.ts';
import type { Db } from '../handle.ts';
import { webhookEndpoints as t } from '../tables/webhooks.ts';

/** Where owners want their events sent. */
export function webhookEndpointRepository(db: Db): WebhookEndpointRepository {
  const own = (owner: string, id: string) => and(eq(t.owner, owner), eq(t.id, id));
  return {
    async insert(endpoint, at) {
      const [row] = await db
        .insert(t)
        .values({ ...endpoint, types: [...endpoint.types], createdAt: at, updatedAt: at })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toEndpoint(row);
    },
    async find(owner, id) {
      const [row] = await db.select().from(t).where(own(owner, id));
      return row ? toEndpoint(row) : null;
    },
    async findForUpdate(owner, id) {
      // Its key stays free to be pointed at: queueing events for it need not wait.
      const [row] = await db.select().from(t).where(own(owner, id)).for('no key update');
      return row ? toEndpoint(row) : null;
    },
    async list(owner, { after, limit }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(own(owner, after ?? ''));
      const found = await db
        .select()
        .from(t)
        .where(and(eq(t.owner, owner), after === undefined ? undefined : lt(t.seq, sql`(${cursor})`)))
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toEndpoint);
    },
    async count(owner) {
      const [row] = await db.select({ n: count() }).from(t).where(eq(t.owner, owner));
      return row?.n ?? 0;
    },
    async update(owner, id, { types, olderSecrets, ...change }, at) {
      const [row] = await db
        .update(t)
        .set({
          ...change,
          ...(types ? { types: [...types] } : {}),
          ...(olderSecrets ? { olderSecrets: [...olderSecrets] } : {}),
          updatedAt: at,
        })
        .where(own(owner, id))
        .returning();
      return row ? toEndpoint(row) : null;
    },
    async delete(owner, id) {
      const gone = await db.delete(t).where(own(owner, id)).returning({ id: t.id });
      return gone.length > 0;
    },
  };
}

/** Drops what only the database needs. */
export function toEndpoint({ seq: _seq, ...row }: typeof t.$inferSelect): WebhookEndpoint {
  return row;
}
