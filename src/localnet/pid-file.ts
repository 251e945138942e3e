import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readJson, writeWhole, type LocalnetFiles } from './files.ts';
import { delay, endProcess, identify, isRunning, within, type ProcessIdentity } from './processes.ts';

type Recorded = {
  supervisor: ProcessIdentity;
  parent: ProcessIdentity | undefined;
  anvil?: ProcessIdentity;
  bundler?: ProcessIdentity;
};

export type PidFile = {
  record(name: 'anvil' | 'bundler', pid: number): void;
  remove(): void;
};

/** How long a supervisor without a parent may take to leave, and anvil to write its state. */
const leaveLimitMs = 15_000;
const dumpLimitMs = 5000;

async function endLeftovers(files: LocalnetFiles): Promise<void> {
  const recorded = readJson(files.pid) as Recorded | undefined;
  if (!recorded?.supervisor) {
    // another start has made the file this very moment, or died before it wrote it
    await delay(200);
    if (!(readJson(files.pid) as Recorded | undefined)?.supervisor) rmSync(files.pid, { force: true });
    return;
  }
  const { supervisor, parent, anvil, bundler } = recorded;
  if (isRunning(supervisor) && parent && isRunning(parent)) {
    throw new Error(`a localnet of process ${parent.pid} runs in ${files.dir} already`);
  }
  // a supervisor that lost its parent is on its way out
  if (!(await within(leaveLimitMs, () => !isRunning(supervisor)))) await endProcess(supervisor, 0);
  if (bundler) await endProcess(bundler, 0);
  // anvil writes its state when it is asked to end
  if (anvil) await endProcess(anvil, dumpLimitMs);
  // unless another start has cleaned up and claimed it meanwhile
  if (isDeepStrictEqual(readJson(files.pid), recorded)) rmSync(files.pid, { force: true });
}

/** Makes this process the one supervisor of the folder; ends what a killed one has left. Throws when one is alive. */
export async function claimPidFile(files: LocalnetFiles, parentPid: number): Promise<PidFile> {
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  const supervisor = identify(process.pid);
  if (!supervisor) throw new Error('this system does not tell when a process started');
  let recorded: Recorded = { supervisor, parent: identify(parentPid) };
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
