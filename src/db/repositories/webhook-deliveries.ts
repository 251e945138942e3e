import { and, asc, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { newId } from '#src/core/ids.ts';
import type { DeliveryFilter, DeliveryRepository } from '#src/core/ports/webhooks.ts';
import type { Db } from '../handle.ts';
import { webhookAttempts, webhookDeliveries as t } from '../tables/webhooks.ts';
import { claimDeliveries, toDelivery } from './webhook-claims.ts';
import { enqueueRange, fanOut } from './webhook-fan-out.ts';

/** Events on their way to endpoints. */
export function webhookDeliveryRepository(db: Db): DeliveryRepository {
  return { ...writes(db), ...claims(db), ...reads(db) };
}

/** Values of a delivery that starts its schedule over. */
const anew = (at: Date) => ({ status: 'pending', tries: 0, nextAttemptAt: at, updatedAt: at }) as const;

function writes(db: Db): Pick<DeliveryRepository, 'fanOut' | 'enqueue' | 'enqueueRange' | 'requeue'> {
  return {
    fanOut: (limit, at) => fanOut(db, limit, at),
    enqueueRange: (endpoint, range, at) => enqueueRange(db, endpoint, range, at),
    async enqueue(endpoint, event, at) {
      const fresh = {
        ...anew(at),
        createdAt: at,
        id: newId('whd'),
        endpointId: endpoint.id,
        owner: endpoint.owner,
      };
      const [row] = await db
        .insert(t)
        .values({ ...fresh, eventId: event.id, eventType: event.type })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toDelivery(row);
    },
    async requeue(owner, id, at) {
      const own = and(eq(t.owner, owner), eq(t.id, id));
      const [row] = await db
        .update(t)
        .set(anew(at))
        .where(and(own, sql`${t.status} <> 'pending'`))
        .returning();
      if (row) return toDelivery(row);
      const [queued] = await db.select().from(t).where(own);
      return queued ? toDelivery(queued) : null;
    },
  };
}

function claims(db: Db): Pick<DeliveryRepository, 'claim' | 'conclude' | 'release' | 'failPending'> {
  const free = { lease: null, leaseUntil: null };
  return {
    claim: (options) => claimDeliveries(db, options),
    async conclude({ delivery, lease }, { attempt, status, nextAttemptAt }) {
      const done = await db
        .update(t)
        .set({
          ...free,
          status,
          nextAttemptAt,
          attempts: attempt.number,
          tries: delivery.tries + 1,
          updatedAt: attempt.at,
        })
        .where(and(eq(t.id, delivery.id), eq(t.lease, lease), eq(t.status, 'pending')))
        .returning({ id: t.id });
      if (done.length === 0) return false;
      await db.insert(webhookAttempts).values({ ...attempt, deliveryId: delivery.id });
      return true;
    },
    async release({ delivery, lease }) {
      await db
        .update(t)
        .set(free)
        .where(and(eq(t.id, delivery.id), eq(t.lease, lease)));
    },
    async failPending(endpointId, at) {
      await db
        .update(t)
        .set({ ...free, status: 'failed', nextAttemptAt: null, updatedAt: at })
        .where(and(eq(t.endpointId, endpointId), eq(t.status, 'pending')));
    },
  };
}

function reads(db: Db): Pick<DeliveryRepository, 'find' | 'list' | 'count' | 'listAttempts'> {
  const matching = (owner: string, endpointId: string, { status, types }: DeliveryFilter) =>
    and(
      eq(t.owner, owner),
      eq(t.endpointId, endpointId),
      status === undefined ? undefined : eq(t.status, status),
      types === undefined ? undefined : inArray(t.eventType, [...types]),
    );
  return {
    async find(owner, id) {
      const [row] = await db
        .select()
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, id)));
      return row ? toDelivery(row) : null;
    },
    async list(owner, endpointId, { after, limit, ...filter }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(matching(owner, endpointId, {}), eq(t.id, after ?? '')));
      const found = await db
        .select()
        .from(t)
        .where(
          and(
            matching(owner, endpointId, filter),
            after === undefined ? undefined : lt(t.seq, sql`(${cursor})`),
          ),
        )
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toDelivery);
    },
    async count(owner, endpointId, filter) {
      const [row] = await db
        .select({ n: count() })
        .from(t)
        .where(matching(owner, endpointId, filter));
      return row?.n ?? 0;
    },
    async listAttempts(deliveryId) {
      const found = await db
        .select()
        .from(webhookAttempts)
        .where(eq(webhookAttempts.deliveryId, deliveryId))
        .orderBy(asc(webhookAttempts.number));
      return found.map(({ deliveryId: _deliveryId, ...attempt }) => attempt);
    },
  };
}
