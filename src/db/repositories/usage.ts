import { type SQL, sql } from 'drizzle-orm';
import type { DayRange, Period, RequestCounts, UsageRepository } from '#src/core/ports/usage.ts';
import type { Db } from '../handle.ts';
import { rows, toJson } from '../statement.ts';
import { requestUsage, verificationUsage } from '../tables/usage.ts';

/** The first day of a day's period. */
export function periodOf(day: SQL, by: Period): SQL {
  if (by === 'all') return sql`date '1970-01-01'`;
  return by === 'day' ? day : sql`date_trunc('month', ${day})::date`;
}

/** Days of a range, or all. */
export function within(day: SQL, range: DayRange | null): SQL {
  return range ? sql`${day} between ${range.from}::date and ${range.to}::date` : sql`true`;
}

/** Counters of requests and verdicts. Rows are written in the order of their keys, so that two writers never block each other. */
export function usageRepository(db: Db): UsageRepository {
  return {
    async add({ requests, verifications }) {
      await db.execute(
        sql`with verified as (
            insert into ${verificationUsage} as u (owner, day, network, asset, verifications)
            select owner, day, network, decode(substr(asset, 3), 'hex'), verifications
            from jsonb_to_recordset(${toJson(verifications)}::jsonb) as r(owner text, day date, network text,
              asset text, verifications bigint)
            order by 1, 2, 3, 4
            on conflict (owner, day, network, asset)
              do update set verifications = u.verifications + excluded.verifications)
          insert into ${requestUsage} as u
            (owner, day, requests, success, client_errors, server_errors, total_us, latency)
          select owner, day, requests, success, "clientErrors", "serverErrors", "totalUs",
            array(select jsonb_array_elements_text(latency)::bigint)
          from jsonb_to_recordset(${toJson(requests)}::jsonb) as r(owner text, day date, requests bigint,
            success bigint, "clientErrors" bigint, "serverErrors" bigint, "totalUs" bigint, latency jsonb)
          order by 1, 2
          on conflict (owner, day) do update set requests = u.requests + excluded.requests,
            success = u.success + excluded.success, client_errors = u.client_errors + excluded.client_errors,
            server_errors = u.server_errors + excluded.server_errors, total_us = u.total_us + excluded.total_us,
            latency = array(select coalesce(b.mine, 0) + coalesce(b.more, 0)
              from unnest(u.latency, excluded.latency) with ordinality as b(mine, more, n) order by b.n)`,
      );
    },
    async listRequests(owner, by, range) {
      return rows<RequestCounts & { period: string }>(
        db,
        sql`with picked as (
            select ${periodOf(sql`day`, by)} as period, requests, success, client_errors, server_errors, total_us, latency
            from ${requestUsage} where owner = ${owner} and ${within(sql`day`, range)}),
          sums as (
            select period, sum(requests)::float8 as requests, sum(success)::float8 as success,
              sum(client_errors)::float8 as "clientErrors", sum(server_errors)::float8 as "serverErrors",
              sum(total_us)::float8 as "totalUs"
            from picked group by period),
          buckets as (
            select period, n, sum(count)::float8 as count
            from picked, unnest(latency) with ordinality as l(count, n) group by period, n),
          histograms as (select period, json_agg(count order by n) as latency from buckets group by period)
          select s.period::text, s.requests, s.success, s."clientErrors", s."serverErrors", s."totalUs", h.latency
          from sums s join histograms h using (period) order by s.period`,
      );
    },
  };
}
