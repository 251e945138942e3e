import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Address } from '#src/core/hex.ts';
import type { ClientToken, ClientTokenRepository } from '#src/core/ports/client-tokens.ts';
import type { Db } from '../handle.ts';
import { clientTokens } from '../tables/adapter.ts';

/** Tokens that clients may mint beside the default ones. */
export function clientTokenRepository(db: Db): ClientTokenRepository {
  const t = clientTokens;
  const find = async (owner: string, network: string, token: Address): Promise<ClientToken | null> => {
    const [row] = await db
      .select()
      .from(t)
      .where(and(eq(t.owner, owner), eq(t.network, network), eq(t.token, token)));
    return row ? toToken(row) : null;
  };
  return {
    find,
    async insert(token, at) {
      const [row] = await db
        .insert(t)
        .values({ ...token, createdAt: at })
        .onConflictDoNothing({ target: [t.owner, t.network, t.token] })
        .returning();
      const stored = row ? toToken(row) : await find(token.owner, token.network, token.token);
      if (!stored) throw new Error(`token ${token.token} was taken and is not there`);
      return stored;
    },
    async list(owner, { network, after, limit }) {
      const wanted: (SQL | undefined)[] = [eq(t.owner, owner)];
      if (network !== undefined) wanted.push(eq(t.network, network));
      if (after !== undefined) {
        const cursor = db
          .select({ seq: t.seq })
          .from(t)
          .where(and(eq(t.owner, owner), eq(t.id, after)));
        wanted.push(lt(t.seq, sql`(${cursor})`));
      }
      const found = await db
        .select()
        .from(t)
        .where(and(...wanted))
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toToken);
    },
  };
}

function toToken({ seq: _seq, ...token }: typeof clientTokens.$inferSelect): ClientToken {
  return token;
}
