import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createClient as generate } from '@hey-api/openapi-ts';
import createOpenApiClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { paths } from '#src/client/generated/schema.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';

const run = promisify(execFile);

let world: TestApp;
let baseUrl: string;
let folder: string;
beforeAll(async () => {
  world = await bootApp();
  baseUrl = await world.app.listen({ host: '127.0.0.1', port: 0 });
  folder = await mkdtemp(join(tmpdir(), 'chronos-generated-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const body = { name: 'Generated', scopes: ['wallet' as const], tier: 'starter' as const };
const headers = () => ({ 'X-Admin-Key': world.secrets.ADMIN_MASTER_KEY });

test('openapi-typescript with openapi-fetch makes a client that calls', async () => {
  const client = createOpenApiClient<paths>({ baseUrl });
  const made = await client.POST('/api/v1/auth/register', { body, headers: headers() });
  expect(made.data?.client.name).toBe('Generated');
  const refused = await client.POST('/api/v1/auth/register', { body });
  expect(refused.error).toMatchObject({ success: false, error: { code: 'MISSING_AUTH' } });
});

test('@hey-api/openapi-ts makes a client that compiles and calls', { timeout: 120_000 }, async () => {
  const output = { path: join(folder, 'src'), module: { extension: '.ts' } } as const;
  const plugins = ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'] as const;
  const input = resolve('openapi/openapi.json');
  await generate({ input, output, plugins: [...plugins], logs: { level: 'silent' } });
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: [],
    strict: true,
    skipLibCheck: true,
    rewriteRelativeImportExtensions: true,
    rootDir: 'src',
    outDir: 'out',
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]);
  const made = (await import(pathToFileURL(join(folder, 'out/index.js')).href)) as {
    registerClient(options: object): Promise<{ data?: unknown; error?: unknown }>;
  };
  const answer = await made.registerClient({ baseUrl, body, headers: headers() });
  expect(answer.data).toMatchObject({ success: true, client: { name: 'Generated' } });
});
