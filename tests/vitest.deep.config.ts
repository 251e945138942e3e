import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { deepFiles } from './kit/sets.ts';

/** Kills, replicas, outages, fuzz, a browser: minutes, not seconds. */
const config = defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    provide: { runDir: join(tmpdir(), `chronos-deep-${process.pid}`) },
    include: deepFiles,
    globalSetup: 'tests/kit/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
});

export default config;
