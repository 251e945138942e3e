import { sql } from 'drizzle-orm';
import type { Address } from '#src/core/hex.ts';
import { accountLanes } from '#src/core/lanes.ts';
import type { LaneStatusRepository } from '#src/core/ports/lanes.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { submissions, transactions } from '../tables/journal.ts';

type Open = { sender: Address; nonces: number; lowestNonce: string };

type Accounts = { network: string; queued: number; inFlight: number; oldest: string | null };

const openStates = sql`('signed', 'sent', 'included', 'settled')`;
const instantOf = (ms: string | null) => (ms === null ? null : new Date(Number(ms)));

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
              and state in ${openStates}
            group by sender, nonce having not bool_or(state in ('included', 'settled'))) as o
          group by sender`,
      );
      return {
        queued: waiting?.queued ?? 0,
        oldestAt: instantOf(waiting?.oldest ?? null),
        open: open.map((one) => ({ ...one, lowestNonce: BigInt(one.lowestNonce) })),
      };
    },
    async ofAccounts() {
      // Bounds by bytes, whatever the collation of the database.
      const mine = sql`lane collate "C" >= ${accountLanes.from} and lane collate "C" < ${accountLanes.to}`;
      const found = await rows<Accounts>(
        db,
        sql`with waiting as (
            select network, count(*) filter (where status = 'pending')::integer as queued,
              (extract(epoch from min(created_at)) * 1000)::text as oldest
            from ${transactions} where status in ('pending', 'submitted') and ${mine} group by network),
          flying as (
            select network, count(*)::integer as operations from (
              select network, sender, nonce from ${submissions} where state in ${openStates} and ${mine}
              group by network, sender, nonce having not bool_or(state in ('included', 'settled'))) as o
            group by network)
          select network, coalesce(queued, 0) as queued, coalesce(operations, 0) as "inFlight", oldest
          from waiting full join flying using (network)`,
      );
      return found.map(({ oldest, ...one }) => ({ ...one, oldestAt: instantOf(oldest) }));
    },
  };
}
