import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fail } from '#src/core/errors.ts';

type Holder = { token: string; pid: number; start: string; host: string };

/** A lock of another host (a container that was replaced) counts as dead after this long without a heartbeat. */
const heartbeatMs = 5_000;
const silentMs = 30_000;

/** Takes an exclusive lock file for this process; resolves to its release. Throws `conflict` naming the holder's pid. */
export async function takeFolderLock(file: string): Promise<() => Promise<void>> {
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    start: startOf(process.pid),
    host: hostname(),
  };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await create(file, mine)) return keep(file, mine);
    await evictDead(file);
  }
  throw fail('conflict', { resource: 'data folder', message: `Could not take the lock ${file}` });
}

async function create(file: string, mine: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(JSON.stringify(mine));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's file away; the atomic rename lets one of several takers win. */
async function evictDead(file: string): Promise<void> {
  const holder = await read(file);
  if (holder === null) return;
  if (await isAlive(file, holder)) {
    throw fail('conflict', {
      resource: 'data folder',
      message: `The data folder is in use by process ${holder.pid} (lock file ${file}); stop it or choose another DATA_DIR`,
      details: { pid: holder.pid },
    });
  }
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => {});
  const moved = await read(aside);
  // Someone else took over between our look and our rename: give the living lock back.
  if (moved !== null && moved.token !== holder.token) await rename(aside, file);
  else await rm(aside, { force: true });
}

async function read(file: string): Promise<Holder | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Killed between create and write: nobody can hold it.
    return { token: '', pid: 0, start: '', host: hostname() };
  }
}

async function isAlive(file: string, holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return Date.now() - (await modified(file)) < silentMs;
  if (holder.pid <= 0) return Date.now() - (await modified(file)) < 1_000;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(holder.pid) === holder.start;
}

async function modified(file: string): Promise<number> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return 0;
  try {
    return (await handle.stat()).mtimeMs;
  } finally {
    await handle.close();
  }
}

/** When a process started, so that a reused pid is not taken for the old holder; '' when the system does not tell. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets; field 22 counts from behind its last bracket.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}:${start}`;
  } catch {
    return startByPs(pid);
  }
}

function startByPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function keep(file: string, mine: Holder): () => Promise<void> {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, heartbeatMs);
  beat.unref();
  return async () => {
    clearInterval(beat);
    const holder = await read(file);
    if (holder?.token === mine.token) await rm(file, { force: true });
  };
}
