import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startLocalnet } from '#src/localnet/index.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import { type DatabaseTemplate, makeTemplate } from './database.ts';

declare module 'vitest' {
  // Only an interface merges with vitest's own.
  // oxlint-disable-next-line typescript/consistent-type-definitions
  export interface ProvidedContext {
    localnet: LocalnetInfo;
    databaseTemplate: DatabaseTemplate;
    /** Folder of this run, gone with it. */
    runDir: string;
  }
}

/** One chain with bundler and paymaster and one migrated database for the whole run; each app copies the database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { runDir } = project.getProvidedContext();
  mkdirSync(runDir, { recursive: true, mode: 0o700 });
  const undo: (() => unknown)[] = [() => rmSync(runDir, { recursive: true, force: true })];
  const teardown = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const {
      stop,
      pid: _pid,
      ...info
    } = await startLocalnet({
      dataDir: join(runDir, 'localnet'),
      rpcPort: 0,
      bundlerPort: 0,
      log: () => undefined,
    });
    undo.push(stop);
    const { template, drop } = await makeTemplate(runDir);
    undo.push(drop);
    project.provide('localnet', info);
    project.provide('databaseTemplate', template);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
