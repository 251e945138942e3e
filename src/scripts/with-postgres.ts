/**
 * Runs a command with TEST_DATABASE_URL set: a PostgreSQL of its own on a free port in a temporary folder, ended with
 * the command. `node src/scripts/boot.mjs src/scripts/with-postgres.ts <command> [arguments]`
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { freePort } from './free-port.ts';

export type TemporaryPostgres = { url: string; stop(): Promise<void> };

/** Folder with initdb and postgres: on the PATH, or where Debian and Homebrew put them. */
function binaries(): string {
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(),
    ...globSync('/opt/homebrew/opt/postgresql@*/bin').toSorted().toReversed(),
  ];
  const found = places.find((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')));
  if (found) return found;
  throw new Error(
    'PostgreSQL is not installed: install it (Debian: apt-get install postgresql) or set TEST_DATABASE_URL',
  );
}

/** PostgreSQL refuses to run as root: then somebody else runs it. */
function runner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one may exist.
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no other user to run it');
}

async function answers(url: string, server: ChildProcess, log: () => string): Promise<void> {
  for (const giveUp = Date.now() + 30_000; ; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended at its start: ${log()}`);
    const client = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
    try {
      await client`select 1`;
      return;
    } catch (error) {
      if (Date.now() > giveUp) throw error;
    } finally {
      await client.end({ timeout: 1 });
    }
  }
}

/** Starts a PostgreSQL that forgets everything: no fsync, loopback only. */
export async function startPostgres(): Promise<TemporaryPostgres> {
  const bin = binaries();
  const as = runner();
  const dir = mkdtempSync(join(tmpdir(), 'chronos-postgres-'));
  if (as) chownSync(dir, as.uid, as.gid);
  const data = join(dir, 'data');
  const options = { cwd: dir, env: { PATH: bin, LC_ALL: 'C' }, ...as };
  const setup = ['-D', data, '-U', 'chronos', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(bin, 'initdb'), setup, { ...options, stdio: 'pipe' });
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 300,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C is for the command; the server ends after it.
    detached: true,
  });
  let log = '';
  server.stderr?.on('data', (text: Buffer) => (log = (log + text.toString()).slice(-4_000)));
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  const stop = async () => {
    // SIGINT is its fast shutdown: sessions are ended.
    server.kill('SIGINT');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  const url = `postgres://chronos@127.0.0.1:${port}/postgres`;
  try {
    await answers(url, server, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** Runs a command to its end; signals are passed on. @returns its exit code. */
function run([command, ...rest]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command!, rest, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

async function main(command: readonly string[]): Promise<void> {
  if (process.env['TEST_DATABASE_URL']) {
    process.exitCode = await run(command, process.env);
    return;
  }
  const server = await startPostgres();
  try {
    process.exitCode = await run(command, { ...process.env, TEST_DATABASE_URL: server.url });
  } finally {
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
