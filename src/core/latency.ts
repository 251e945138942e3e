/** Buckets of a latency histogram: the first ends at 0.1 ms, each further one 2^(1/4) later, the last takes all above 74 s. */
export const latencyBuckets = 80;

const firstMs = 0.1;
const perOctave = 4;

/** Index of the bucket of a latency, ms. */
export function latencyBucket(ms: number): number {
  if (!(ms > firstMs)) return 0;
  return Math.min(latencyBuckets - 1, Math.ceil(Math.log2(ms / firstMs) * perOctave));
}

/** Upper bound of a bucket, ms. */
function bound(bucket: number): number {
  return bucket < 0 ? 0 : firstMs * 2 ** (bucket / perOctave);
}

/** The latency, ms, that `share` (0 … 1) of the counted ones do not exceed, within 10 %; 0 when there are none. */
export function latencyAt(counts: readonly number[], share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let left = total * share;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && count >= left) {
      const from = bound(bucket - 1);
      return from + (bound(bucket) - from) * (left / count);
    }
    left -= count;
  }
  return bound(latencyBuckets - 1);
}
