import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readJson, writeWhole, type LocalnetFiles } from './files.ts';
import { delay, endProcess, identify, isRunning, within, type ProcessIdentity } from './processes.ts';

type Recorded = { supervisor: ProcessIdentity; anvil?: ProcessIdentity; bundler?: ProcessIdentity };

export type PidFile = {
  record(name: 'anvil' | 'bundler', pid: number): void;
  remove(): void;
};

/** A supervisor that lost its parent is on its way out; one that is still there after this has a parent. */
const leaveLimitMs = 3000;
const dumpLimitMs = 10_000;

async function endLeftovers(files: LocalnetFiles): Promise<void> {
  const recorded = readJson(files.pid) as Recorded | undefined;
  if (!recorded?.supervisor) {
    // another start has made the file this very moment, or died before it wrote it
    await delay(200);
    if (!(readJson(files.pid) as Recorded | undefined)?.supervisor) rmSync(files.pid, { force: true });
    return;
  }
  const { supervisor, anvil, bundler } = recorded;
  if (!(await within(leaveLimitMs, () => !isRunning(supervisor)))) {
    throw new Error(`a localnet runs in ${files.dir} already (process ${supervisor.pid})`);
  }
  if (bundler) await endProcess(bundler, 0);
  // anvil writes its state when it is asked to end
  if (anvil) await endProcess(anvil, dumpLimitMs);
  rmSync(files.pid, { force: true });
}

/** Makes this process the one supervisor of the folder; ends what a killed one has left. Throws when one is alive. */
export async function claimPidFile(files: LocalnetFiles): Promise<PidFile> {
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  const supervisor = identify(process.pid);
  if (!supervisor) throw new Error('this system does not tell when a process started');
  let recorded: Recorded = { supervisor };
  for (let claimed = false; !claimed;) {
    try {
      writeFileSync(files.pid, JSON.stringify(recorded), { flag: 'wx', mode: 0o600 });
      claimed = true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await endLeftovers(files);
    }
  }
  return {
    record(name, pid) {
      const identity = identify(pid);
      if (!identity) return;
      recorded = { ...recorded, [name]: identity };
      writeWhole(files.pid, JSON.stringify(recorded));
    },
    remove: () => rmSync(files.pid, { force: true }),
  };
}
