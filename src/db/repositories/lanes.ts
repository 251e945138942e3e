import { and, eq, sql } from 'drizzle-orm';
import type { JournalRepository } from '#src/core/journal-store.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { lanes, submissions, transactions } from '../tables/journal.ts';

type LaneRepository = Pick<
  JournalRepository,
  'acquireLease' | 'renewLease' | 'releaseLease' | 'listLanesWithWork'
>;

const in_ = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`;

/** Leases by the database's clock, so that replicas need not agree on the time. */
export function laneRepository(db: Db): LaneRepository {
  return {
    async acquireLease(lane, owner, ttlMs) {
      const [taken] = await rows<{ epoch: number }>(
        db,
        sql`insert into ${lanes} as l (lane, owner, epoch, until) values (${lane}, ${owner}, 1, ${in_(ttlMs)})
          on conflict (lane) do update set owner = excluded.owner, epoch = l.epoch + 1, until = excluded.until
          where l.until <= now() or l.owner = excluded.owner
          returning epoch`,
      );
      if (taken) return { lease: { lane, owner, epoch: taken.epoch, ttlMs } };
      const [held] = await rows<{ ms: string }>(
        db,
        sql`select ceil(extract(epoch from until - now()) * 1000)::text as ms from ${lanes} where lane = ${lane}`,
      );
      return { retryInMs: Math.max(0, Number(held?.ms ?? 0)) };
    },
    async renewLease(lease) {
      const held = await rows(
        db,
        sql`update ${lanes} set until = ${in_(lease.ttlMs)}
          where lane = ${lease.lane} and owner = ${lease.owner} and epoch = ${lease.epoch} returning 1`,
      );
      return held.length > 0;
    },
    async releaseLease(lease) {
      await db
        .update(lanes)
        .set({ until: sql`now()` })
        .where(and(eq(lanes.lane, lease.lane), eq(lanes.owner, lease.owner), eq(lanes.epoch, lease.epoch)));
    },
    async listLanesWithWork(settled) {
      const found = await rows<{ lane: string }>(
        db,
        sql`select lane from ${transactions} where status in ('pending', 'submitted')
          union select lane from ${submissions} where state in ('signed', 'sent', 'included', 'settled')
            and (state <> 'settled' or ${settled}::boolean)`,
      );
      return found.map((row) => row.lane);
    },
  };
}
