import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { EventFilter, EventRepository, OwnedEvent, PublishedEvent } from '#src/core/ports/events.ts';
import type { Db } from '../handle.ts';
import { rows, toJson } from '../statement.ts';
import { eventHead } from '../tables/events.ts';
import { events as t } from '../tables/journal.ts';

const columns = {
  id: t.id,
  owner: t.owner,
  type: t.type,
  data: t.data,
  createdAt: t.createdAt,
  position: t.position,
};

/**
 * The outbox. A sequence counts in the order of inserts, not of commits, so a reader that goes by it can pass a row that is
 * not committed yet. Readers go by `position`, which publishers give one at a time to what is committed.
 */
export function eventRepository(db: Db): EventRepository {
  return { ...writes(db), ...reads(db) };
}

type Writes = Pick<EventRepository, 'insert' | 'publish' | 'deleteOlder'>;

function writes(db: Db): Writes {
  return {
    insert: (events, at) => insert(db, events, at),
    publish: (limit) => db.transaction((tx) => publish(tx, limit)),
    async deleteOlder(before, limit) {
      const gone = await rows(
        db,
        sql`delete from ${t} where ctid in (select ctid from ${t}
          where ${t.createdAt} < ${before.toISOString()}::timestamptz order by ${t.createdAt} limit ${limit}) returning 1`,
      );
      return gone.length;
    },
  };
}

/** One statement text for any number of rows: prepared once; sequence numbers in the order of the list. */
async function insert(db: Db, events: readonly OwnedEvent[], at: Date): Promise<void> {
  if (events.length === 0) return;
  await db.execute(
    sql`insert into ${t} (id, owner, type, data, created_at)
      select id, owner, type, data, ${at.toISOString()}::timestamptz
      from rows from (jsonb_to_recordset(${toJson(events)}::jsonb) as (id text, owner text, type text, data jsonb))
        with ordinality as r(id, owner, type, data, n)
      order by n`,
  );
}

async function publish(tx: Db, limit: number): Promise<string[]> {
  // Waits for the publisher before; the next statement then sees what it has done.
  await tx.execute(
    sql`insert into ${eventHead} as h (id, position) values (1, 0) on conflict (id) do update set position = h.position`,
  );
  const published = await rows<{ owner: string }>(
    tx,
    sql`with next as (select q.id, row_number() over (order by q.seq) as n from
        (select id, seq from ${t} where position is null order by seq limit ${limit}) q),
      head as (update ${eventHead} set position = position + (select count(*) from next) returning position),
      placed as (update ${t} e set position = head.position - (select count(*) from next) + next.n
        from next, head where e.id = next.id returning e.owner)
      select owner from placed`,
  );
  return published.map((row) => row.owner);
}

function reads(db: Db): Omit<EventRepository, keyof Writes> {
  const matching = (owner: string, { types }: EventFilter) =>
    and(eq(t.owner, owner), isNotNull(t.position), types ? inArray(t.type, [...types]) : undefined);
  return {
    async find(owner, id) {
      const [row] = await db
        .select(columns)
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, id)));
      return row ?? null;
    },
    async list(owner, { after, limit, ...filter }) {
      const cursor = db
        .select({ position: t.position })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      return db
        .select(columns)
        .from(t)
        .where(
          and(matching(owner, filter), after === undefined ? undefined : lt(t.position, sql`(${cursor})`)),
        )
        .orderBy(desc(t.position))
        .limit(limit);
    },
    async count(owner, filter) {
      const [row] = await db.select({ n: count() }).from(t).where(matching(owner, filter));
      return row?.n ?? 0;
    },
    async listSince(owner, position, { limit, ...filter }) {
      return (await db
        .select(columns)
        .from(t)
        .where(and(matching(owner, filter), gt(t.position, position)))
        .orderBy(asc(t.position))
        .limit(limit)) as PublishedEvent[];
    },
    async newest(owner) {
      const [row] = await db
        .select(columns)
        .from(t)
        .where(matching(owner, {}))
        .orderBy(desc(t.position))
        .limit(1);
      return (row as PublishedEvent | undefined) ?? null;
    },
    async hasUnpublished() {
      const found = await db.select({ id: t.id }).from(t).where(isNull(t.position)).limit(1);
      return found.length > 0;
    },
    async head() {
      const [row] = await db.select().from(eventHead);
      return row?.position ?? 0n;
    },
  };
}
