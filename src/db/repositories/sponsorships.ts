import { eq, sql } from 'drizzle-orm';
import type { Hold, Settlement, SponsorshipRepository } from '#src/core/ports/sponsorship.ts';
import type { Db } from '../handle.ts';
import { lazy, rows, toJson } from '../statement.ts';
import { apiClients } from '../tables/adapter.ts';
import { sponsorshipDays as days, sponsorships } from '../tables/sponsorship.ts';
import { toPolicy } from './sponsorship-policy.ts';

const wei = (amount: bigint | null) => sql`${amount === null ? null : amount.toString()}::numeric`;
const done = ([row]: { n: number }[]): boolean => row?.n === 1;

/** What is held and spent for owners; each statement locks the day's row, so that parallel ones add up. */
export function sponsorshipRepository(db: Db): SponsorshipRepository {
  const policy = lazy(() =>
    db
      .select({ policy: apiClients.sponsorship })
      .from(apiClients)
      .where(eq(apiClients.id, sql.placeholder('id')))
      .prepare('sponsorships_policy'),
  );
  return {
    async policyOf(owner) {
      const id = /^client:(.+)$/.exec(owner)?.[1];
      const [row] = id === undefined ? [] : await policy().execute({ id });
      return row?.policy ? toPolicy(row.policy) : null;
    },
    reserve: async (hold) => done(await rows<{ n: number }>(db, reservation(hold))),
    hold: async (hold) => done(await rows<{ n: number }>(db, change(hold))),
    async settle(list) {
      if (list.length > 0) await rows(db, settlement(list));
    },
    async usage(owner, day) {
      const [row] = await db
        .select({
          spent: sql<string>`coalesce(sum(${days.spent}) filter (where ${days.day} = ${day}::date), 0)`,
          reserved: sql<string>`coalesce(sum(${days.reserved}) filter (where ${days.day} = ${day}::date), 0)`,
          total: sql<string>`coalesce(sum(${days.spent}), 0)`,
        })
        .from(days)
        .where(eq(days.owner, owner));
      const { spent = '0', reserved = '0', total = '0' } = row ?? {};
      return { spent: BigInt(spent), reserved: BigInt(reserved), total: BigInt(total) };
    },
  };
}

function reservation({ transactionId, owner, day, cost, budget }: Hold & { day: string }) {
  const account = (
    from: string,
  ) => sql`insert into ${sponsorships} (transaction_id, owner, day, spent, reserved)
    select ${transactionId}, ${owner}, ${day}::date, 0, ${wei(cost)} ${sql.raw(from)} returning 1`;
  // Without a budget nothing is held, and writes of one owner need not wait for each other.
  if (budget === null) return sql`with ins as (${account('')}) select count(*)::integer as n from ins`;
  return sql`with d as (insert into ${days} as d (owner, day, spent, reserved)
      select ${owner}, ${day}::date, 0, ${wei(cost)} where ${wei(cost)} <= ${wei(budget)}
      on conflict (owner, day) do update set reserved = d.reserved + excluded.reserved
        where d.spent + d.reserved + excluded.reserved <= ${wei(budget)} returning 1),
    ins as (${account('from d')})
    select count(*)::integer as n from ins`;
}

/** What was written before there were accounts has none, and nothing is held for it. */
function change({ transactionId, owner, cost, budget }: Hold) {
  return sql`with s as (select * from ${sponsorships}
      where transaction_id = ${transactionId} and owner = ${owner} for update),
    d as (insert into ${days} as d (owner, day, spent, reserved) select s.owner, s.day, 0, ${wei(cost)} from s
      where ${wei(budget)} is null or ${wei(cost)} <= ${wei(budget)}
      on conflict (owner, day) do update set reserved = d.reserved + excluded.reserved - (select s.reserved from s)
        where ${wei(budget)} is null or ${wei(cost)} <= (select s.reserved from s)
          or d.spent + d.reserved + excluded.reserved - (select s.reserved from s) <= ${wei(budget)} returning 1),
    upd as (update ${sponsorships} t set reserved = ${wei(cost)} from s, d
      where t.transaction_id = s.transaction_id returning 1)
    select case when exists (select 1 from upd) or not exists (select 1 from s) then 1 else 0 end as n`;
}

function settlement(list: readonly Settlement[]) {
  return sql`with x as (select * from jsonb_to_recordset(${toJson(list)}::jsonb)
      as r("transactionId" text, owner text, spent numeric, final boolean)),
    s as (select t.*, x.spent as now_spent,
        case when x.final then 0 else greatest(t.reserved, t.spent - x.spent) end as now_reserved
      from ${sponsorships} t join x on x."transactionId" = t.transaction_id and x.owner = t.owner
      order by t.transaction_id for update of t),
    upd as (update ${sponsorships} t set spent = s.now_spent, reserved = s.now_reserved from s
      where t.transaction_id = s.transaction_id)
    insert into ${days} as d (owner, day, spent, reserved)
      select owner, day, sum(now_spent - spent), sum(now_reserved - reserved) from s
      group by owner, day order by owner, day
      on conflict (owner, day) do update set spent = d.spent + excluded.spent, reserved = d.reserved + excluded.reserved`;
}
