import { eq, isNotNull, sql } from 'drizzle-orm';
import type { NetworkPauseRepository } from '#src/core/ports/network-pauses.ts';
import type { Db } from '../handle.ts';
import { networks as t } from '../tables/journal.ts';

/** Which networks operators have paused; a network's row is there since its first contact. */
export function networkPauseRepository(db: Db): NetworkPauseRepository {
  return {
    async listPaused() {
      const found = await db.select({ network: t.network }).from(t).where(isNotNull(t.pausedAt));
      return found.map((row) => row.network);
    },
    async set(network, at) {
      const pausedAt = at && sql`coalesce(${t.pausedAt}, ${at.toISOString()}::timestamptz)`;
      const [row] = await db
        .update(t)
        .set({ pausedAt })
        .where(eq(t.network, network))
        .returning({ pausedAt: t.pausedAt });
      if (!row) throw new Error(`network ${network} has no row`);
      return row.pausedAt;
    },
  };
}
