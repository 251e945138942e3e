import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process told apart from a later one that got the same pid. */
export type ProcessIdentity = { pid: number; startedAt: string };

/** When a process started, as its system tells it; undefined when there is none. */
function startedAt(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
      );
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name may hold spaces and brackets; the fields after it start with the state, the 22nd of all is the start
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessIdentity | undefined {
  const started = startedAt(pid);
  return started === undefined ? undefined : { pid, startedAt: started };
}

export function isRunning({ pid, startedAt: expected }: ProcessIdentity): boolean {
  return startedAt(pid) === expected;
}

export const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until a condition holds; false when it does not within `ms`. */
export async function within(ms: number, condition: () => boolean): Promise<boolean> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) return false;
    await delay(10);
  }
  return true;
}

/** Ends a process that may not be our child: asks by signal, insists after `graceMs`. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!isRunning(identity)) return;
  process.kill(identity.pid, 'SIGTERM');
  if (await within(graceMs, () => !isRunning(identity))) return;
  process.kill(identity.pid, 'SIGKILL');
  await within(5000, () => !isRunning(identity));
}

/** Ends a child of ours: asks by signal, insists after `graceMs`. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  if (ended()) return;
  child.kill('SIGTERM');
  if (await within(graceMs, ended)) return;
  child.kill('SIGKILL');
  await within(5000, ended);
}

/** For children that run Node.js: production mode, and the compile cache that lies beside the packages. */
export const nodeEnv = {
  NODE_ENV: 'production',
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/chronos', import.meta.url)),
};

export type SpawnLoggedOptions = {
  /** Its folder is the child's working directory, so that no .env file of the user's is read. */
  logFile: string;
  env?: Record<string, string>;
  /** Opens a message channel to a Node.js child. */
  ipc?: boolean;
  detached?: boolean;
};

/** Starts a child whose output goes to a file; its environment is empty but for what `env` says. */
export function spawnLogged(
  command: string,
  args: string[],
  { logFile, env = {}, ipc = false, detached = false }: SpawnLoggedOptions,
): ChildProcess {
  const log = openSync(logFile, 'w', 0o600);
  try {
    return spawn(command, args, {
      stdio: ['ignore', log, log, ...(ipc ? (['ipc'] as const) : [])],
      cwd: path.dirname(logFile),
      env,
      detached,
    });
  } finally {
    closeSync(log);
  }
}

/** The end of a log, for an error's message. */
export function tail(logFile: string, lines = 5): string {
  try {
    return readFileSync(logFile, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
