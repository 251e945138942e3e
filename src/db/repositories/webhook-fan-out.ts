import { sql } from 'drizzle-orm';
import { newId } from '#src/core/ids.ts';
import { directTypes, type WebhookEndpoint } from '#src/core/ports/webhooks.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { eventHead } from '../tables/events.ts';
import { events } from '../tables/journal.ts';
import { webhookCursor, webhookDeliveries, webhookEndpoints } from '../tables/webhooks.ts';

/** True when an endpoint's list `w.types` names the type of event `e`: as it is, by `<thing>.*` or by `*`. */
const wanted = sql.raw(`w.types && array[e.type, split_part(e.type, '.', 1) || '.*', '*']`);
const undirected = sql`e.type not in (${sql.join(
  directTypes.map((type) => sql`${type}`),
  sql`, `,
)})`;

type Pair = { id: string; type: string; endpoint: string; owner: string };

/** Looks at the next published events, one replica at a time; each is queued once for each endpoint that wants it. */
export async function fanOut(db: Db, limit: number, at: Date): Promise<number> {
  const [behind] = await rows(
    db,
    sql`select 1 from ${eventHead} h where h.position > coalesce((select c.position from ${webhookCursor} c), 0)`,
  );
  if (!behind) return 0;
  return db.transaction(async (tx) => {
    // Waits for the replica before.
    const [cursor] = await rows<{ position: string }>(
      tx,
      sql`insert into ${webhookCursor} as c (id, position) values (1, 0)
        on conflict (id) do update set position = c.position returning position::text as position`,
    );
    const from = cursor?.position ?? '0';
    const [next] = await rows<{ n: number; top: string | null }>(
      tx,
      sql`select count(*)::integer as n, max(q.position)::text as top from (select e.position from ${events} e
        where e.position > ${from}::bigint order by e.position limit ${limit}) q`,
    );
    if (!next || next.top === null) return 0;
    const pairs = await rows<Pair>(
      tx,
      sql`select e.id, e.type, w.id as endpoint, w.owner from ${events} e join ${webhookEndpoints} w on w.owner = e.owner
        where e.position > ${from}::bigint and e.position <= ${next.top}::bigint
        and w.disabled_reason is null and ${wanted} and ${undirected} order by e.position`,
    );
    await insert(tx, pairs, at);
    await tx.execute(sql`update ${webhookCursor} set position = ${next.top}::bigint`);
    return next.n;
  });
}

type Endpoint = Pick<WebhookEndpoint, 'id' | 'owner' | 'types'>;

/** Queues the events of a time again; null, and nothing queued, when they are more than `limit`. */
export async function enqueueRange(
  db: Db,
  endpoint: Endpoint,
  { from, to, limit }: { from: Date; to: Date; limit: number },
  at: Date,
): Promise<number | null> {
  const pairs = await rows<Pair>(
    db,
    sql`select e.id, e.type, w.id as endpoint, w.owner from ${events} e
      join ${webhookEndpoints} w on w.id = ${endpoint.id} and w.owner = e.owner
      where e.owner = ${endpoint.owner} and e.position is not null
      and e.created_at >= ${from.toISOString()}::timestamptz and e.created_at < ${to.toISOString()}::timestamptz
      and ${wanted} and ${undirected} order by e.position limit ${limit + 1}`,
  );
  if (pairs.length > limit) return null;
  await insert(db, pairs, at, true);
  return pairs.length;
}

const chunk = 1_000;

async function insert(db: Db, pairs: readonly Pair[], at: Date, again = false): Promise<void> {
  for (let n = 0; n < pairs.length; n += chunk) {
    const values = pairs.slice(n, n + chunk).map(({ id, type, endpoint, owner }) => ({
      id: newId('whd'),
      endpointId: endpoint,
      owner,
      eventId: id,
      eventType: type,
      status: 'pending' as const,
      nextAttemptAt: at,
      createdAt: at,
      updatedAt: at,
    }));
    const insertion = db.insert(webhookDeliveries).values(values);
    if (!again) await insertion.onConflictDoNothing();
    else {
      await insertion.onConflictDoUpdate({
        target: [webhookDeliveries.eventId, webhookDeliveries.endpointId],
        set: { status: 'pending', tries: 0, nextAttemptAt: at, updatedAt: at },
        setWhere: sql`${webhookDeliveries.status} <> 'pending'`,
      });
    }
  }
}
