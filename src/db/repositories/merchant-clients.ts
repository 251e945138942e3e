import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { MerchantClient, MerchantClientRepository } from '#src/core/ports/merchant-clients.ts';
import type { Db } from '../handle.ts';
import { noneOlder, olderThan } from '../overlap.ts';
import { lazy } from '../statement.ts';
import { merchantClients as t, users } from '../tables/facilitator.ts';

type Row = typeof t.$inferSelect;

/** Merchants' keys. */
export function merchantClientRepository(db: Db): MerchantClientRepository {
  const one = lazy(() =>
    db
      .select({ client: t, userGone: users.deletedAt })
      .from(t)
      .innerJoin(users, eq(users.id, t.userId))
      .where(eq(t.clientId, sql.placeholder('clientId')))
      .prepare('merchant_clients_find'),
  );
  const own = (userId: number | null, clientId: string) =>
    and(eq(t.clientId, clientId), isNull(t.revokedAt), userId === null ? undefined : eq(t.userId, userId));
  return {
    async insert(client, at) {
      const values = { ...client, ...lists(client), createdAt: at };
      const [row] = await db.insert(t).values(values).returning();
      if (!row) throw new Error('insert returned no row');
      return toClient(row);
    },
    async find(clientId) {
      const [row] = await one().execute({ clientId });
      if (!row) return null;
      return { ...toClient(row.client), revokedAt: row.client.revokedAt ?? row.userGone };
    },
    async list(userId, { offset, limit }) {
      const found = await db
        .select()
        .from(t)
        .where(and(isNull(t.revokedAt), userId === null ? undefined : eq(t.userId, userId)))
        .orderBy(desc(t.seq))
        .offset(offset)
        .limit(limit);
      return found.map(toClient);
    },
    async revoke(userId, clientId, at) {
      const gone = await db
        .update(t)
        .set({ revokedAt: at })
        .where(own(userId, clientId))
        .returning({ clientId: t.clientId });
      return gone.length > 0;
    },
    async rotate(userId, clientId, previousUntil, at) {
      const previous = sql`jsonb_build_object('generation', ${t.generation} - 1, 'expiresAt', ${t.previousUntil})`;
      const older = previousUntil > at ? olderThan(previous, t.older, at) : noneOlder;
      const [row] = await db
        .update(t)
        .set({ generation: sql`${t.generation} + 1`, previousUntil, older })
        .where(own(userId, clientId))
        .returning();
      return row ? toClient(row) : null;
    },
  };
}

function lists(client: Pick<MerchantClient, 'scopes' | 'payTo'>) {
  return { scopes: [...client.scopes], payTo: client.payTo && [...client.payTo] };
}

function toClient({ seq: _seq, older, ...row }: Row): MerchantClient {
  return { ...row, older: older.map((one) => ({ ...one, expiresAt: new Date(one.expiresAt) })) };
}
