import { and, count, desc, eq, lt, ne, type SQL, sql } from 'drizzle-orm';
import type {
  PlatformToken,
  PlatformTokenFilter,
  PlatformTokenRepository,
} from '#src/core/ports/platform-tokens.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { platformTokens as t } from '../tables/platform-tokens.ts';

/** Tokens of tenants. */
export function platformTokenRepository(db: Db): PlatformTokenRepository {
  const one = lazy(() =>
    db
      .select()
      .from(t)
      .where(and(eq(t.id, sql.placeholder('id')), eq(t.owner, sql.placeholder('owner'))))
      .prepare('platform_tokens_find'),
  );
  const matching = (owner: string, { network, standard, status }: PlatformTokenFilter): SQL | undefined =>
    and(
      eq(t.owner, owner),
      network === undefined ? undefined : eq(t.network, network),
      standard === undefined ? undefined : eq(t.standard, standard),
      status === undefined ? undefined : eq(t.status, status),
    );
  return {
    async insert(token, at) {
      const [row] = await db
        .insert(t)
        .values({ ...token, createdAt: at, updatedAt: at })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toToken(row);
    },
    async find(owner, id) {
      const [row] = await one().execute({ owner, id });
      return row ? toToken(row) : null;
    },
    async list(owner, { after, limit, ...filter }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      const found = await db
        .select()
        .from(t)
        .where(and(matching(owner, filter), after === undefined ? undefined : lt(t.seq, sql`(${cursor})`)))
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toToken);
    },
    async count(owner, filter) {
      const [row] = await db.select({ n: count() }).from(t).where(matching(owner, filter));
      return row?.n ?? 0;
    },
    async listWatched(network) {
      const { id, owner, address } = t;
      return db
        .select({ id, owner, address })
        .from(t)
        .where(and(eq(t.network, network), ne(t.status, 'failed')));
    },
    async follow(transactionId, state, at) {
      const [row] = await db
        .update(t)
        .set({ ...state, updatedAt: at })
        .where(eq(t.transactionId, transactionId))
        .returning();
      return row ? toToken(row) : null;
    },
    async redeploy(id, transactionId, at) {
      await db
        .update(t)
        .set({ transactionId, status: 'deploying', blockNumber: null, updatedAt: at })
        .where(eq(t.id, id));
    },
  };
}

function toToken({ seq: _seq, ...token }: typeof t.$inferSelect): PlatformToken {
  return token;
}
