import { and, count, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { CatalogueRepository, Listing, ListingFilter } from '#src/core/ports/discovery.ts';
import type { Db } from '../handle.ts';
import { resources as t, settlements as s } from '../tables/facilitator.ts';
import { toResource } from './resources.ts';
import { recordOffer } from './catalogue-record.ts';

type Row = typeof t.$inferSelect;

/** When a payment for it settled last. */
const settledAt = sql<Date | null>`(select max(${s.settledAt}) from ${s}
  where ${s.owner} = 'user:' || ${t.userId} and md5(${s.offer}) = md5(${t.offer}) and ${s.settledAt} is not null)`.mapWith(
  t.updatedAt,
) as SQL<Date | null>;

/** The registry as others may search it. */
export function catalogueRepository(db: Db): CatalogueRepository {
  return {
    async list(filter, { offset, limit }) {
      const found = await db
        .select({ row: t, settledAt })
        .from(t)
        .where(matches(filter))
        .orderBy(desc(t.updatedAt), desc(t.id))
        .offset(offset)
        .limit(limit);
      return found.map((one) => toListing(one.row, one.settledAt));
    },
    async count(filter) {
      const [found] = await db.select({ total: count() }).from(t).where(matches(filter));
      return found?.total ?? 0;
    },
    async search(words, filter, { limit, after }) {
      const text = sql`to_tsvector('english', ${t.words})`;
      // The words hold letters and digits only.
      const query = sql`to_tsquery('english', ${words.map((word) => `'${word}':*`).join(' | ')})`;
      const hits = db
        .select({
          id: t.id,
          settledAt: settledAt.as('settled'),
          match: sql<number>`ts_rank(${text}, ${query})`.as('match'),
        })
        .from(t)
        .where(and(sql`${text} @@ ${query}`, matches(filter)))
        .as('hits');
      const rank = sql`(${hits.match} + (${hits.settledAt} is not null)::int)::real`;
      const found = await db
        .select({
          row: t,
          settledAt: sql<Date | null>`${hits.settledAt}`.mapWith(t.updatedAt),
          rank: sql<string>`${rank}::text`,
        })
        .from(hits)
        .innerJoin(t, eq(t.id, hits.id))
        .where(after && sql`(${rank}, ${hits.id}) < (${after.rank}::real, ${after.id}::int)`)
        .orderBy(desc(rank), desc(hits.id))
        .limit(limit);
      return found.map((one) => ({ ...toListing(one.row, one.settledAt), rank: one.rank }));
    },
    record: (userId, offer, words, at) => recordOffer(db, { userId, offer, words, at }),
  };
}

function matches({ types, payTo, scheme, networks, extensions }: ListingFilter): SQL | undefined {
  const accept = [
    payTo === undefined ? undefined : sql`lower(accept ->> 'payTo') = ${payTo}`,
    scheme === undefined ? undefined : sql`accept ->> 'scheme' = ${scheme}`,
    networks === undefined ? undefined : inArray(sql`accept ->> 'network'`, [...networks]),
  ].filter((one) => one !== undefined);
  return and(
    isNull(t.deletedAt),
    types && inArray(t.type, [...types]),
    ...(extensions ?? []).map((key) => sql`jsonb_exists(${t.extensions}, ${key})`),
    accept.length === 0
      ? undefined
      : sql`exists (select 1 from jsonb_array_elements(${t.accepts}) as accept where ${and(...accept)})`,
  );
}

function toListing(row: Row, settled: Date | null): Listing {
  return { ...toResource(row), extensions: row.extensions, settledAt: settled };
}
