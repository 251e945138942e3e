import { sql } from 'drizzle-orm';
import type { Address } from '#src/core/hex.ts';
import type { LaneStatusRepository } from '#src/core/ports/lanes.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { submissions, transactions } from '../tables/journal.ts';

type Open = { sender: Address; nonces: number; lowestNonce: string };

/** What is queued and open on a lane; both indexes hold unfinished work only. */
export function laneStatusRepository(db: Db): LaneStatusRepository {
  return {
    async get(lane) {
      const [waiting] = await rows<{ queued: number; oldest: string | null }>(
        db,
        sql`select
          (select count(*)::integer from ${transactions} where lane = ${lane} and status = 'pending') as queued,
          (select (extract(epoch from created_at) * 1000)::text from ${transactions}
            where lane = ${lane} and status in ('pending', 'submitted') order by seq limit 1) as oldest`,
      );
      // A nonce of which one submission is in a block is open no more, whatever became of its twins.
      const open = await rows<Open>(
        db,
        sql`select sender, count(*)::integer as nonces, min(nonce)::text as "lowestNonce" from (
            select sender, nonce from ${submissions} where lane = ${lane}
              and state in ('signed', 'sent', 'included', 'settled')
            group by sender, nonce having not bool_or(state in ('included', 'settled'))) as o
          group by sender`,
      );
      return {
        queued: waiting?.queued ?? 0,
        oldestAt: waiting?.oldest == null ? null : new Date(Number(waiting.oldest)),
        open: open.map((one) => ({ ...one, lowestNonce: BigInt(one.lowestNonce) })),
      };
    },
  };
}
