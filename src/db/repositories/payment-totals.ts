import { sql } from 'drizzle-orm';
import type { Address } from '#src/core/hex.ts';
import type { PaymentTotals, PaymentTotalsRepository } from '#src/core/ports/usage.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { periodOf, within } from './usage.ts';

type Row = Omit<PaymentTotals, 'volume' | 'fees' | 'asset'> & { asset: string; volume: string; fees: string };

/** Sums over the journal of payments. Grouped by payer first: counting distinct ones would sort all rows. */
export function paymentTotalsRepository(db: Db): PaymentTotalsRepository {
  return {
    async list(owner, by, range) {
      const taken = range
        ? sql`created_at >= ${range.from}::date::timestamp at time zone 'UTC'
            and created_at < (${range.to}::date + 1)::timestamp at time zone 'UTC'`
        : sql`true`;
      const found = await rows<Row>(
        db,
        sql`with payers as (
            select ${periodOf(sql`(created_at at time zone 'UTC')::date`, by)} as period, network, asset, payer,
              count(*) filter (where status = 'settled') as settlements,
              count(*) filter (where status = 'failed') as failed,
              sum(amount) filter (where status = 'settled') as volume, sum(fee) as fees
            from settlements where ${owner === null ? sql`true` : sql`owner = ${owner}`} and ${taken}
            group by 1, 2, 3, 4),
          paid as (
            select period, network, asset, sum(settlements) as settlements, sum(failed) as failed,
              sum(volume) as volume, sum(fees) as fees, count(*) filter (where settlements > 0) as payers
            from payers group by 1, 2, 3),
          verified as (
            select ${periodOf(sql`day`, by)} as period, network, asset, sum(verifications) as verifications
            from verification_usage where owner = ${owner ?? '*'} and ${within(sql`day`, range)} group by 1, 2, 3),
          totals as (select * from paid full join verified using (period, network, asset))
          select t.period::text, t.network, '0x' || encode(t.asset, 'hex') as asset,
            coalesce(a.symbol, '') as symbol, coalesce(a.decimals, 0)::integer as decimals,
            coalesce(t.verifications, 0)::float8 as verifications, coalesce(t.settlements, 0)::float8 as settlements,
            coalesce(t.failed, 0)::float8 as failed, coalesce(t.volume, 0)::text as volume,
            coalesce(t.fees, 0)::text as fees, coalesce(t.payers, 0)::float8 as "uniquePayers"
          from totals t left join payment_assets a
            on a.network = t.network and a.asset = '0x' || encode(t.asset, 'hex')
          order by 1, 2, 3`,
      );
      return found.map((row) => ({
        ...row,
        asset: row.asset as Address,
        volume: BigInt(row.volume),
        fees: BigInt(row.fees),
      }));
    },
  };
}
