import * as metrics from '#schemas/facilitator/metrics.ts';
import { checksum } from '#src/core/address.ts';
import type { PaymentTotals } from '#src/core/ports/usage.ts';
import type { Principal } from '#src/core/principal.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { visibleTo } from '../auth.ts';
import { data } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

const ownerOf = (who: Principal) => (visibleTo(who) === null ? null : who.owner);

function presentTotals({ period: _period, asset, volume, fees, ...rest }: PaymentTotals) {
  return { ...rest, asset: checksum(asset), volume: volume.toString(), fees: fees.toString() };
}

const none = { requests: 0, success: 0, clientErrors: 0, serverErrors: 0, avgLatencyMs: 0, p95LatencyMs: 0 };

/** Figures over time: a person's own, an admin's are everybody's. */
export function metricsRoutes({ reports }: FacilitatorServices): RouteBinding[] {
  return [
    bind(metrics.getDailyMetrics, async ({ principal, query }) => {
      const found = await reports.requests(ownerOf(principal), 'day', query);
      return data(found.map(({ period: date, ...rest }) => ({ date, ...rest })));
    }),
    bind(metrics.getMonthlyMetrics, async ({ principal, query }) => {
      const found = await reports.requests(ownerOf(principal), 'month', query);
      return data(found.map(({ period, ...rest }) => ({ month: period.slice(0, 7), ...rest })));
    }),
    bind(metrics.getMetricsSummary, async ({ principal }) => {
      const [total] = await reports.requests(ownerOf(principal), 'all');
      const { period: _period, ...rest } = total ?? { ...none, period: '' };
      return data(rest);
    }),
    bind(metrics.getDailyPaymentMetrics, async ({ principal, query }) => {
      const found = await reports.payments(ownerOf(principal), 'day', query);
      return data(found.map((one) => ({ date: one.period, ...presentTotals(one) })));
    }),
    bind(metrics.getMonthlyPaymentMetrics, async ({ principal, query }) => {
      const found = await reports.payments(ownerOf(principal), 'month', query);
      return data(found.map((one) => ({ month: one.period.slice(0, 7), ...presentTotals(one) })));
    }),
    bind(metrics.getPaymentMetricsSummary, async ({ principal }) =>
      data((await reports.payments(ownerOf(principal), 'all')).map(presentTotals)),
    ),
  ];
}
