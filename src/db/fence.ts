import { sql } from 'drizzle-orm';
import type { Lease } from '#src/core/journal-store.ts';
import { lanes } from './tables/journal.ts';

/** The fencing clause: yields one row while the lease holds, and prolongs it. */
export function fence(lease: Lease) {
  return sql`fence as (
    update ${lanes} set until = greatest(until, now() + ${lease.ttlMs} * interval '1 millisecond')
    where lane = ${lease.lane} and owner = ${lease.owner} and epoch = ${lease.epoch} returning lane)`;
}
