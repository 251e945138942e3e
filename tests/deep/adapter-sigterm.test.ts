import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { type Gate, gateTo } from '#tests/adapter/gate.ts';
import { expectOnceEach, prepareWrites, requestsOf, send } from '#tests/adapter/once.ts';
import { freshDatabase, type TestDatabase } from '#tests/kit/database.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';

const adminKey = randomBytes(24).toString('base64url');
let dataDir: string;
let database: TestDatabase | undefined;
let bundler: Gate;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chronos-sigterm-'));
  database = process.env['TEST_DATABASE_URL'] ? await freshDatabase() : undefined;
  const { rpcUrl, bundlerUrl, paymasterUrl, addresses, keys } = inject('localnet');
  bundler = await gateTo(bundlerUrl);
  env = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATA_DIR: dataDir,
    SHUTDOWN_DELAY_MS: '3000',
    ADMIN_MASTER_KEY: adminKey,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    KEY_ENCRYPTION_KEYS: `s1:${randomBytes(32).toString('base64')}`,
    MINT_SIGNER_PRIVATE_KEY: keys.mintSigner,
    BASE_SEPOLIA_RPC_URL: rpcUrl,
    BASE_SEPOLIA_BUNDLER_URL: bundler.url,
    BASE_SEPOLIA_PAYMASTER_URL: paymasterUrl,
    BASE_SEPOLIA_TOKEN: addresses.token,
    BASE_SEPOLIA_MINT_VOUCHERS: addresses.mintVouchers,
    BASE_SEPOLIA_TOKEN_LOCK: addresses.tokenLock,
    ...(database?.url ? { DATABASE_URL: database.url } : {}),
  };
});

afterAll(async () => {
  await bundler.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

type Server = { child: ChildProcess; base: string; ended: Promise<unknown[]> };

/** The process as an operator runs it. */
async function start(change: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child = spawn(process.execPath, ['src/scripts/boot.mjs', 'src/server.ts'], {
    env: { ...env, ...change },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let text = '';
  const base = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /API\s+(http:\S+)\/api\/v1/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, base, ended };
}

test('SIGTERM under load: every request is answered, the exit is clean, the next life finishes what was begun', async () => {
  const localnet = inject('localnet');
  const first = await start();
  const writes = await prepareWrites({ base: first.base, adminKey, localnet }, 6);
  const requests = requestsOf(writes, localnet);
  const headers = { authorization: `Bearer ${writes.token}`, 'x-user-id': writes.people[0]!.user };
  const seen: number[] = [];
  const failures: string[] = [];
  const load = new AbortController();
  /** One of the callers: asks again as soon as it is answered, until the server is told to stop. */
  const reader = async (path: string) => {
    while (!load.signal.aborted) {
      await send(first.base, 'GET', path, headers).then(
        ({ status }) => seen.push(status),
        (error: unknown) => failures.push(String(error)),
      );
    }
  };
  const readers = Array.from({ length: 8 }, (_, i) =>
    reader(i % 2 ? '/api/v1/wallet/balance' : '/api/v1/wallet/transactions'),
  );
  await expect.poll(() => seen.length, { interval: 10, timeout: 20_000 }).toBeGreaterThan(50);
  // Nothing that is accepted now can end before the next life, so a caller that waits for it would wait long.
  bundler.shut();
  const [early, ...rest] = requests;
  const { id } = (await early!.send(first.base)).body['transaction'] as { id: string };
  const slow = send(first.base, 'GET', `/api/v1/transactions/${id}?wait=30`, headers);
  const answers = rest.map((request) => request.send(first.base));
  await Promise.race(answers);
  load.abort();
  first.child.kill('SIGTERM');

  const ready = () => send(first.base, 'GET', '/ready', {});
  await expect
    .poll(async () => (await ready()).body['details'], { interval: 10, timeout: 2_500 })
    .toBe('ending');
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  await Promise.all(readers);
  expect(failures).toEqual([]);
  expect(new Set(seen)).toEqual(new Set([200]));
  for (const status of statuses) expect([202, 503]).toContain(status);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThan(0);
  const waited = await slow;
  expect([waited.status, waited.body]).toMatchObject([200, { transaction: { id, status: 'pending' } }]);
  expect(await first.ended).toEqual([0, null]);
  bundler.open();

  const second = await start();
  await expectOnceEach({ base: second.base, localnet }, writes);
  second.child.kill('SIGTERM');
  expect(await second.ended).toEqual([0, null]);
});

test.each([
  ['a caller', true],
  ['no caller', false],
])(
  'SIGTERM while lanes and %s wait for a node that hangs: a clean exit, the next life goes on',
  async (_who, called) => {
    const localnet = inject('localnet');
    const node = await rpcProxy(localnet.rpcUrl);
    onTestFinished(() => node.close());
    const first = await start({ BASE_SEPOLIA_RPC_URL: node.url });
    const writes = await prepareWrites({ base: first.base, adminKey, localnet }, 3);
    const requests = requestsOf(writes, localnet);
    bundler.shut();
    const [early] = await Promise.all(requests.map((request) => request.send(first.base)));
    expect(early!.status).toBe(202);
    let hanging = 0;
    node.rule = () => {
      hanging += 1;
      return new Promise(() => {});
    };
    bundler.open();
    const headers = { authorization: `Bearer ${writes.token}`, 'x-user-id': writes.people[0]!.user };
    await expect.poll(() => hanging, { timeout: 20_000 }).toBeGreaterThan(2);
    const lanes = hanging;
    const reading = called ? send(first.base, 'GET', '/api/v1/wallet/balance', headers) : null;
    if (called) await expect.poll(() => hanging, { timeout: 20_000 }).toBeGreaterThan(lanes);
    first.child.kill('SIGTERM');
    if (reading) {
      const { status, body } = await reading;
      expect([status, body]).toMatchObject([503, { error: { code: 'CHAIN_UNAVAILABLE' } }]);
    }
    expect(await first.ended).toEqual([0, null]);

    const second = await start();
    await expectOnceEach({ base: second.base, localnet }, writes);
    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual([0, null]);
  },
);
