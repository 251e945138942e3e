import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '#src/scripts/free-port.ts';

const run = promisify(execFile);
const boot = 'src/scripts/boot.mjs';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chronos-acceptance-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Nothing is set but where it listens and where its data is, as for somebody who has just cloned it. */
async function fresh(): Promise<NodeJS.ProcessEnv> {
  const ports = { PORT: await freePort(), LOCALNET_RPC_PORT: 0, LOCALNET_BUNDLER_PORT: 0 };
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir };
  return { ...env, ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])) };
}

const demo = (env: NodeJS.ProcessEnv) => run(process.execPath, [boot, 'src/scripts/demo.ts'], { env });

test('the demo starts everything in an empty folder, and all of it holds', async () => {
  const { stdout } = await demo(await fresh());
  expect(stdout).toContain('started its own');
  expect(stdout).toContain('All of it holds');
  expect(stdout).not.toContain('✗');
});

test('the demo holds against an instance that runs, on the data of before', async () => {
  const env = await fresh();
  const server = spawn(process.execPath, [boot, 'src/server.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  server.stdout!.resume();
  const healthy = async () => {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    return (await fetch(`http://127.0.0.1:${env['PORT']}/ready`)).status;
  };
  await expect.poll(healthy, { timeout: 60_000, interval: 100 }).toBe(200);
  const { stdout } = await demo(env);
  expect(stdout).toContain('found a running one');
  expect(stdout).toContain('All of it holds');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
