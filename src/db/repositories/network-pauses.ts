import { eq, isNotNull, sql } from 'drizzle-orm';
import type { NetworkPauseRepository } from '#src/core/ports/network-pauses.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { networks as t } from '../tables/journal.ts';

/** Which networks operators have paused; a network's row is there since its first contact. */
export function networkPauseRepository(db: Db): NetworkPauseRepository {
  const paused = lazy(() =>
    db.select({ network: t.network }).from(t).where(isNotNull(t.pausedAt)).prepare('networks_paused'),
  );
  return {
    listPaused: async () => (await paused().execute()).map((row) => row.network),
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
