import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { latencyAt } from '#src/core/latency.ts';
import type {
  DayRange,
  PaymentTotals,
  PaymentTotalsRepository,
  Period,
  RequestCounts,
  UsageRepository,
} from '#src/core/ports/usage.ts';
import { everybody, type Usage } from './usage.ts';

export type ReportsOptions = {
  store: { usage: UsageRepository; paymentTotals: PaymentTotalsRepository };
  usage: Pick<Usage, 'flush'>;
  clock: Clock;
};

/** ISO 8601 dates or times; each is taken as its UTC day. */
export type Asked = { from?: string; to?: string };

export type RequestReport = Pick<RequestCounts, 'requests' | 'success' | 'clientErrors' | 'serverErrors'> & {
  /** First day of the period, `YYYY-MM-DD`. */
  period: string;
  avgLatencyMs: number;
  p95LatencyMs: number;
};

/** Figures over time. `owner` null = everybody's; `all` knows no range. */
export type Reports = {
  /** @throws validation for a range that is none or too long */
  requests(owner: string | null, by: Period, asked?: Asked): Promise<RequestReport[]>;
  /** @throws validation for a range that is none or too long */
  payments(owner: string | null, by: Period, asked?: Asked): Promise<PaymentTotals[]>;
};

/** What is told when nothing is asked for, and the most that may be asked for at once, in days. */
const spans = { day: { usual: 30, most: 366 }, month: { usual: 365, most: 3_660 } } as const;
const dayMs = 86_400_000;

/** Reports over the counters and the journal of payments. */
export function createReports({ store, usage, clock }: ReportsOptions): Reports {
  return {
    async requests(owner, by, asked) {
      const range = rangeOf(by, asked, clock.now());
      // What this process has counted so far belongs in it; the others' follows within seconds.
      await usage.flush();
      const found = await store.usage.listRequests(owner ?? everybody, by, range);
      return found.map(report);
    },
    async payments(owner, by, asked) {
      const range = rangeOf(by, asked, clock.now());
      await usage.flush();
      return store.paymentTotals.list(owner, by, range);
    },
  };
}

function report({
  period,
  requests,
  success,
  clientErrors,
  serverErrors,
  totalUs,
  latency,
}: RequestCounts & { period: string }) {
  return {
    period,
    requests,
    success,
    clientErrors,
    serverErrors,
    avgLatencyMs: round(totalUs / 1000 / Math.max(requests, 1)),
    p95LatencyMs: round(latencyAt(latency, 0.95)),
  };
}

const round = (ms: number) => Math.round(ms * 100) / 100;
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** @throws validation */
function rangeOf(by: Period, { from, to }: Asked = {}, now: Date): DayRange | null {
  if (by === 'all') return null;
  const { usual, most } = spans[by];
  const last = to === undefined ? now.getTime() : timeOf('to', to);
  const first = from === undefined ? last - usual * dayMs : timeOf('from', from);
  if (dayOf(first) > dayOf(last)) throw wrong('from', 'from is after to');
  if (last - first > most * dayMs) throw wrong('from', `from and to are more than ${most} days apart`);
  const range = { from: dayOf(first), to: dayOf(last) };
  return by === 'day' ? range : wholeMonths(range);
}

function wholeMonths({ from, to }: DayRange): DayRange {
  const [year, month] = to.split('-').map(Number) as [number, number];
  return { from: `${from.slice(0, 7)}-01`, to: dayOf(Date.UTC(year, month, 0)) };
}

/** Of a text whose form was checked before: a leap second or a year that no calendar of ours has is still possible. */
function timeOf(field: 'from' | 'to', text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time) || time < 0 || time > Date.UTC(9999, 0))
    throw wrong(field, `${field} is out of range`);
  return time;
}

function wrong(field: string, message: string) {
  return fail('validation', { field, message });
}
