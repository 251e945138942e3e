import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { deepFiles } from './kit/sets.ts';

/** Tests that need neither chain nor database: they start at once. */
const plain = [
  'tests/unit/**/*.test.ts',
  'tests/architecture/**/*.test.ts',
  'tests/contract/{catalogue,openapi,readme}.test.ts',
];
const coverage = ['tests/coverage/**/*.test.ts'];

const config = defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    // Folder of this run; made by its first user, gone with the run.
    provide: { runDir: join(tmpdir(), `chronos-test-${process.pid}`) },
    pool: 'forks',
    maxWorkers: 2,
    // Files of a worker share their modules: imported anew for each, they were a fifth of the run.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'plain', include: plain } },
      {
        extends: true,
        test: {
          name: 'live',
          include: ['tests/**/*.test.ts'],
          exclude: [...plain, ...coverage, ...deepFiles],
          globalSetup: 'tests/kit/global-setup.ts',
        },
      },
      {
        // What the run has reached is judged after it.
        extends: true,
        test: { name: 'coverage', include: coverage, sequence: { groupOrder: 1 } },
      },
    ],
  },
});

export default config;
