import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Instance = { base: string; adminKey: string; started: boolean; stop(): Promise<void> };

type Options = { port: string; dataDir: string; adminKey: string | undefined; env: NodeJS.ProcessEnv };

async function answers(base: string): Promise<boolean> {
  try {
    const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && 'version' in ((await response.json()) as object);
  } catch {
    return false;
  }
}

function adminKeyOf(dataDir: string): string | undefined {
  const file = join(dataDir, 'secrets.json');
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { ADMIN_MASTER_KEY?: string }).ADMIN_MASTER_KEY
    : undefined;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => void child.once('exit', () => resolve()));
}

/** The instance on the port, or one of its own that is stopped with the demo. */
export async function findOrStart({ port, dataDir, adminKey, env }: Options): Promise<Instance> {
  const base = `http://127.0.0.1:${port}`;
  const key = () => {
    const found = adminKey ?? adminKeyOf(dataDir);
    if (!found) throw new Error(`no admin key: set ADMIN_MASTER_KEY or DATA_DIR (looked in ${dataDir})`);
    return found;
  };
  if (await answers(base)) return { base, adminKey: key(), started: false, stop: async () => {} };
  const child = spawn(process.execPath, ['src/scripts/boot.mjs', 'src/server.ts'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended(child);
  };
  for (let tries = 0; !(await answers(base)); tries += 1) {
    if (child.exitCode !== null || tries > 600) {
      await stop();
      throw new Error(`the instance did not start:\n${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { base, adminKey: key(), started: true, stop };
}
