import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startLocalnet } from '#src/localnet/index.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    localnet: LocalnetInfo;
    /** Folder of this run, gone with it. */
    runDir: string;
  }
}

/** One chain with bundler and paymaster for the whole run; each app brings signers of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runDir = mkdtempSync(join(tmpdir(), 'chronos-test-'));
  const localnet = await startLocalnet({ dataDir: runDir, rpcPort: 0, bundlerPort: 0, log: () => undefined });
  const { stop, pid: _pid, ...info } = localnet;
  project.provide('localnet', info);
  project.provide('runDir', runDir);
  return async () => {
    await stop();
    rmSync(runDir, { recursive: true, force: true });
  };
}
