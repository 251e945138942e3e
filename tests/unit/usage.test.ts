import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latencyAt, latencyBucket, latencyBuckets } from '#src/core/latency.ts';
import type { UsageRepository } from '#src/core/ports/usage.ts';
import { createUsage, everybody } from '#src/services/usage.ts';

const histogram = (all: readonly number[]) => {
  const counts = Array.from({ length: latencyBuckets }, () => 0);
  for (const ms of all) counts[latencyBucket(ms)]! += 1;
  return counts;
};

it('a histogram tells a percentile within a bucket’s width', () => {
  const latencies = fc.array(fc.double({ min: 0.2, max: 60_000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(latencies, (all) => {
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(sorted.length * 0.95) - 1]!;
      const told = latencyAt(histogram(all), 0.95);
      expect(told / exact).toBeGreaterThan(0.84);
      expect(told / exact).toBeLessThan(1.19);
    }),
  );
});

it('a histogram takes whatever a clock says', () => {
  for (const ms of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e9])
    expect(latencyBucket(ms)).toSatisfy((bucket: number) => bucket >= 0 && bucket < latencyBuckets);
  expect(latencyAt(histogram([]), 0.95)).toBe(0);
});

type Added = Parameters<UsageRepository['add']>[0];

function counter() {
  const written: Added[] = [];
  const state = { down: false, now: new Date('2025-04-07T23:59:59Z') };
  const usage = createUsage({
    store: {
      usage: {
        async add(one) {
          if (state.down) throw new Error('down');
          written.push(structuredClone(one) as Added);
        },
      },
    },
    clock: { now: () => state.now },
    log: { warn: () => {} },
    flushMs: 3_600_000,
  });
  const total = (owner: string) =>
    written
      .flatMap((one) => one.requests)
      .filter((row) => row.owner === owner)
      .reduce((sum, row) => sum + row.requests, 0);
  return { usage, written, state, total };
}

it('counts survive a database that is away, and none is written twice', async () => {
  const { usage, written, state, total } = counter();
  usage.answered({ owner: 'a', status: 200, ms: 5 });
  usage.verified({ owner: 'a', network: 'n', asset: '0x01' });
  state.down = true;
  await expect(usage.flush()).rejects.toThrow('down');
  usage.answered({ owner: 'a', status: 503, ms: 7 });
  usage.answered({ owner: null, status: 404, ms: 1 });
  usage.verified({ owner: 'a', network: 'n', asset: '0x01' });
  await usage.stop();
  expect(written).toEqual([]);
  state.down = false;
  await Promise.all([usage.flush(), usage.flush()]);
  await usage.stop();
  expect([total('a'), total(everybody)]).toEqual([2, 3]);
  expect(written).toHaveLength(1);
  const { requests, verifications } = written[0]!;
  expect(requests.find((row) => row.owner === 'a')).toMatchObject({
    day: '2025-04-07',
    requests: 2,
    success: 1,
    clientErrors: 0,
    serverErrors: 1,
    totalUs: 12_000,
  });
  expect(verifications.map((row) => [row.owner, row.verifications])).toEqual([
    [everybody, 2],
    ['a', 2],
  ]);
});

it('a day ends at midnight UTC, also for a clock that jumps back', async () => {
  const { usage, written, state } = counter();
  for (const now of ['2025-04-07T23:59:59Z', '2025-04-08T00:00:00Z', '2025-04-07T12:00:00Z']) {
    state.now = new Date(now);
    usage.answered({ owner: null, status: 200, ms: 1 });
  }
  await usage.stop();
  expect(written[0]?.requests.map((row) => [row.day, row.requests])).toEqual([
    ['2025-04-07', 2],
    ['2025-04-08', 1],
  ]);
});
