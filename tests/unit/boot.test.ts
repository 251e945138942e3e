import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const boot = join(import.meta.dirname, '../../src/scripts/boot.mjs');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'chronos-boot-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the launcher; resolves to its exit code and what it wrote. */
function run(flags: string[], text: string, ...rest: string[]) {
  const entry = join(dir, 'entry.ts');
  writeFileSync(entry, text);
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [...flags, boot, entry, ...rest], (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out, err });
    });
  });
}

test('runs a TypeScript entry as if it had been started itself', async () => {
  const text = 'const rest: string[] = process.argv.slice(1); console.log(JSON.stringify(rest));';
  const { code, out } = await run([], text, '--check', 'a b');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual([join(dir, 'entry.ts'), '--check', 'a b']);
});

test('tells a Node that cannot run TypeScript in one sentence', async () => {
  const { code, out, err } = await run(['--no-experimental-strip-types'], 'console.log("ran")');
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toContain(`Chronos needs Node 24 (or ≥ 22.18), this is ${process.version}`);
});

test('says faults of the configuration without a stack, other errors with one', async () => {
  const fault = `throw Object.assign(new Error('PORT must be >= 0'), { faults: ['PORT must be >= 0'] });`;
  expect(await run([], fault)).toMatchObject({ code: 1, err: 'PORT must be >= 0\n' });
  const other = await run([], `throw new Error('broken');`);
  expect(other.code).toBe(1);
  expect(other.err).toMatch(/Error: broken\n\s+at /);
});

test('ends when the shell that npm started it by is ended', async () => {
  const entry = join(dir, 'entry.ts');
  writeFileSync(
    entry,
    `process.on('SIGTERM', () => { console.log('ended'); process.exit(); });
     setInterval(() => {}, 1000); console.log('started');`,
  );
  // Two commands, so that no shell replaces itself by the first.
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${boot}" "${entry}"; true`], {
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const over = once(shell.stdout, 'end');
  shell.stdout.on('data', (data: Buffer) => {
    said.push(data.toString().trim());
    if (said.length === 1) shell.kill('SIGTERM');
  });
  await over;
  expect(said).toEqual(['started', 'ended']);
});
