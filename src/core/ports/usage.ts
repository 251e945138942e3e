import type { Address } from '../hex.ts';

/** How rows are put together: by UTC day, by UTC month, all into one. */
export type Period = 'day' | 'month' | 'all';

/** UTC days, `YYYY-MM-DD`, both inclusive. */
export type DayRange = { from: string; to: string };

/** Requests of one owner on one day; owner `*` is everybody. */
export type RequestCounts = {
  requests: number;
  success: number;
  clientErrors: number;
  serverErrors: number;
  /** Sum of all latencies, microseconds. */
  totalUs: number;
  /** Counts by bucket of `core/latency`. */
  latency: number[];
};

export type RequestUsage = RequestCounts & { owner: string; day: string };

export type VerificationUsage = {
  owner: string;
  day: string;
  network: string;
  /** Lower-case. */
  asset: Address;
  verifications: number;
};

export type UsageRepository = {
  /** Adds to what is there, all or nothing; any number of processes may do so at once. */
  add(usage: {
    requests: readonly RequestUsage[];
    verifications: readonly VerificationUsage[];
  }): Promise<void>;
  /** Oldest first; without a range over all time. `period` is `YYYY-MM-DD` of its first day. */
  listRequests(
    owner: string,
    by: Period,
    range: DayRange | null,
  ): Promise<(RequestCounts & { period: string })[]>;
};

/** Payments of one token in one period, out of the journal; verifications out of the counters. */
export type PaymentTotals = {
  period: string;
  network: string;
  /** Lower-case. */
  asset: Address;
  symbol: string;
  decimals: number;
  verifications: number;
  settlements: number;
  failed: number;
  /** Atomic units that were paid. */
  volume: bigint;
  /** Wei paid for gas, failures included. */
  fees: bigint;
  /** Payers with a payment that settled. */
  uniquePayers: number;
};

export type PaymentTotalsRepository = {
  /** Of everybody when `owner` is null. Oldest first, then by network and asset. A payment belongs to the day it came in. */
  list(owner: string | null, by: Period, range: DayRange | null): Promise<PaymentTotals[]>;
};
