import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { startLocalnet, type Localnet, type LocalnetOptions } from '#src/localnet/index.ts';

/** A data folder that goes with its test. */
export function temporaryDataDir(): string {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'localnet-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** A localnet on free ports that ends with its test. */
export async function localnetOf(dataDir: string, options: Partial<LocalnetOptions> = {}): Promise<Localnet> {
  const localnet = await startLocalnet({
    dataDir,
    rpcPort: 0,
    bundlerPort: 0,
    log: () => undefined,
    ...options,
  });
  onTestFinished(() => localnet.stop());
  return localnet;
}

/** Waits until nothing is left of a supervisor's process group. */
export async function groupIsGone(pid: number): Promise<void> {
  await vi.waitFor(
    () => {
      try {
        process.kill(-pid, 0);
      } catch {
        return;
      }
      throw new Error(`processes are left in group ${pid}`);
    },
    { timeout: 30_000, interval: 20 },
  );
}

type Pids = Record<'supervisor' | 'anvil' | 'bundler', { pid: number }>;

export function recordedPids(dataDir: string): Pids {
  return JSON.parse(readFileSync(path.join(dataDir, 'localnet/localnet.pid'), 'utf8')) as Pids;
}

/** Another process that starts a localnet and then waits to be killed. */
export async function startParent(
  dataDir: string,
): Promise<{ parent: ChildProcess; rpcUrl: string; pid: number }> {
  const script = fileURLToPath(new URL('./parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [script, dataDir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [message] = (await once(parent, 'message')) as [{ rpcUrl: string; pid: number }];
  return { parent, ...message };
}

/** Holds a port for the time of a test; one that is taken already serves as well. */
export async function occupy(port: number): Promise<number> {
  const server: Server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return port;
  }
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
