import { eq, inArray, sql } from 'drizzle-orm';
import { newId } from '#src/core/ids.ts';
import type { ClaimedDelivery, Delivery, DeliveryRepository } from '#src/core/ports/webhooks.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { events } from '../tables/journal.ts';
import { webhookDeliveries as t, webhookEndpoints } from '../tables/webhooks.ts';
import { toEndpoint } from './webhook-endpoints.ts';

type Options = Parameters<DeliveryRepository['claim']>[0];

/**
 * Leases by the database's clock. Each endpoint has few places at once, so one that hangs keeps nobody else's events
 * waiting; what another replica is taking at this moment is passed over.
 */
export async function claimDeliveries(db: Db, options: Options): Promise<ClaimedDelivery[]> {
  const { now, leaseMs, limit, perEndpoint } = options;
  const lease = newId('lease');
  const free = sql`d.status = 'pending' and d.next_attempt_at <= ${now.toISOString()}::timestamptz
    and (d.lease_until is null or d.lease_until <= now())`;
  const claimed = await rows<{ id: string }>(
    db,
    sql`with due as (
        select q.id from ${webhookEndpoints} w cross join lateral (
          select d.id, d.next_attempt_at from ${t} d where d.endpoint_id = w.id and ${free}
          order by d.next_attempt_at
          limit greatest(0, ${perEndpoint}::bigint - (select count(*) from ${t} b
            where b.endpoint_id = w.id and b.lease is not null and b.lease_until > now()))
        ) q where w.disabled_reason is null order by q.next_attempt_at limit ${limit}),
      taken as (select d.id from ${t} d where d.id in (select id from due) and ${free} for update skip locked)
      update ${t} d set lease = ${lease}, lease_until = now() + ${leaseMs} * interval '1 millisecond'
      from taken where d.id = taken.id returning d.id`,
  );
  if (claimed.length === 0) return [];
  const ids = claimed.map((row) => row.id);
  const found = await db
    .select({ delivery: t, endpoint: webhookEndpoints, event: events })
    .from(t)
    .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, t.endpointId))
    .innerJoin(events, eq(events.id, t.eventId))
    .where(inArray(t.id, ids));
  return found.map(({ delivery, endpoint, event }) => ({
    delivery: toDelivery(delivery),
    lease,
    endpoint: toEndpoint(endpoint),
    event,
  }));
}

/** Drops what only the database needs. */
export function toDelivery({
  seq: _seq,
  lease: _lease,
  leaseUntil: _leaseUntil,
  ...row
}: typeof t.$inferSelect): Delivery {
  return row;
}
