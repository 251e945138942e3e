import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packClient } from '#src/scripts/pack-client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';

const run = promisify(execFile);

let world: TestApp;
let folder: string;
beforeAll(async () => {
  world = await bootApp();
  folder = await mkdtemp(join(tmpdir(), 'chronos-packed-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const program = `
import { ChronosError, createChronos, type Output } from 'chronos/client';
const chronos = createChronos({ baseUrl: process.argv[2]!, adapterAdminKey: process.argv[3]! });
const health: Output<'getHealth'> = await chronos.facilitator.getHealth();
const made = await chronos.adapter.registerClient({ body: { name: 'n', scopes: ['wallet', 'transfer'], tier: 'starter' } });
const app = createChronos({ baseUrl: process.argv[2]!, adapter: made.client });
const { wallet } = await app.adapter.createWallet({ userId: 'user_1' });
// @ts-expect-error amounts are strings
await app.adapter.transferTokens({ userId: 'user_1', body: { to: wallet.address, amount: 1 } }).catch(
  (failure: unknown) => {
    if (!(failure instanceof ChronosError)) throw failure;
    console.log(JSON.stringify({ status: health.status, address: wallet.address, code: failure.code }));
  },
);
`;

test(
  'is installed elsewhere without anything else, type-checks there and calls',
  { timeout: 120_000 },
  async () => {
    const tarball = packClient(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'elsewhere', type: 'module' }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/chronos']);

    const declared = `declare const process: { argv: string[] };\ndeclare const console: { log(text: string): void };\n`;
    await writeFile(join(folder, 'main.ts'), declared + program);
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2023'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    await run(process.execPath, [join('node_modules/typescript/bin/tsc'), '-p', folder]);

    const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    const { stdout } = await run(process.execPath, [
      join(folder, 'main.js'),
      base,
      world.secrets.ADMIN_MASTER_KEY,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      status: 'healthy',
      address: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
      code: 'VALIDATION_ERROR',
    });
  },
);
