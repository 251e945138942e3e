import { fileURLToPath } from 'node:url';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { claimPidFile } from './pid-file.ts';
import { localnetFiles, writeWhole } from './files.ts';
import { endChild, nodeEnv, spawnLogged, tail, within } from './processes.ts';
import type { ChildProcess } from 'node:child_process';
import type { LocalnetInfo, SupervisorConfig, SupervisorMessage } from './types.ts';

export type Localnet = LocalnetInfo & {
  /** The supervisor's process; chain and bundler are in its process group. */
  pid: number;
  stop(): Promise<void>;
};

export type LocalnetOptions = {
  dataDir: string;
  /** Absent: 8545 or the next free one. Given: this one or an error. 0: any. */
  rpcPort?: number;
  /** Absent: 4337 or the next free one. Given: this one or an error. 0: any. */
  bundlerPort?: number;
  /** Seconds between blocks; absent: each transaction is mined at once. */
  blockTime?: number;
  log: (level: 'info' | 'warn' | 'error', message: string) => void;
};

const stopLimitMs = 20_000;

function spawnSupervisor(config: SupervisorConfig): ChildProcess {
  const files = localnetFiles(config.dataDir);
  mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  // a process group of its own: the terminal's Ctrl-C reaches the server alone, which then ends this in order
  return spawnLogged(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, JSON.stringify(config)],
    {
      logFile: files.supervisorLog,
      env: nodeEnv,
      detached: true,
      ipc: true,
    },
  );
}

/** Starts the development chain with bundler and paymaster, or throws and leaves no process behind. */
export async function startLocalnet({ log, ...config }: LocalnetOptions): Promise<Localnet> {
  const child = spawnSupervisor({ ...config, dataDir: path.resolve(config.dataDir), parentPid: process.pid });
  const pid = child.pid ?? 0;
  const info = await new Promise<LocalnetInfo>((resolve, reject) => {
    let failure: string | undefined;
    child.on('message', (message: SupervisorMessage) => {
      if (message.type === 'ready') resolve(message.info);
      else if (message.type === 'failed') failure = message.message;
      else log(message.level, `localnet: ${message.message}`);
    });
    child.once('error', reject);
    // a start that failed is told when all it had started has ended
    child.once('exit', () => {
      reject(new Error(`localnet: ${failure ?? tail(localnetFiles(config.dataDir).supervisorLog)}`));
    });
  });
  writeWhole(localnetFiles(config.dataDir).info, JSON.stringify(info, null, 2));
  let stopping = false;
  child.once('exit', () => {
    if (stopping) return;
    log('error', 'localnet: the supervisor has ended');
    signalGroup(child, 'SIGTERM');
  });
  // a script that is done may end without stop(): losing the channel ends the localnet
  child.unref();
  child.channel?.unref();
  return {
    ...info,
    pid,
    stop() {
      stopping = true;
      return stopSupervisor(child);
    },
  };
}

async function stopSupervisor(child: ChildProcess): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  if (ended()) return;
  child.ref();
  if (child.connected) child.send({ type: 'stop' });
  if (await within(stopLimitMs, ended)) return;
  signalGroup(child, 'SIGKILL');
  await endChild(child, 0);
}

/** The group holds chain and bundler as well, and lasts as long as one of them. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Removes chain, keys and logs of a data folder. Throws when its localnet runs. */
export async function resetLocalnet({ dataDir }: { dataDir: string }): Promise<void> {
  const files = localnetFiles(dataDir);
  await claimPidFile(files, process.pid);
  rmSync(files.dir, { recursive: true, force: true });
}
