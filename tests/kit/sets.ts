/** Kills, outages of the local chain, measurements: minutes, so they run beside the browser and the replicas. */
export const deepFiles = [
  'tests/deep/**/*.test.ts',
  'tests/*/crash.test.ts',
  'tests/localnet/lifecycle.test.ts',
  'tests/adapter/batches.test.ts',
];
