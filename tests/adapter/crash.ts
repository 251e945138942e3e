import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { erc20Abi } from 'viem';
import { inject, onTestFinished } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { mintUsdc } from '#src/localnet/faucet.ts';
import { freshDatabase } from '#tests/kit/database.ts';
import type { ChildOptions } from './crash-child.ts';
import type { Transaction } from './kit.ts';

type Instance = { child: ChildProcess; base: string };

async function start(options: ChildOptions): Promise<Instance> {
  const child = fork(join(import.meta.dirname, 'crash-child.ts'), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('message', (base) => resolve({ child, base: base as string }));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

type Answer = { status: number; body: Record<string, unknown> };

async function send(
  base: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const response = await fetch(base + path, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Folder, secrets and database that two lives of a process share. */
async function surroundings(): Promise<Omit<ChildOptions, 'checkpoint'>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'crash-'));
  const server = process.env['TEST_DATABASE_URL'];
  const database = server ? await freshDatabase() : undefined;
  onTestFinished(async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const secrets = {
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ADMIN_MASTER_KEY: randomBytes(24).toString('base64url'),
    KEY_ENCRYPTION_KEYS: `c1:${randomBytes(32).toString('base64')}`,
  };
  return { dataDir, databaseUrl: database?.url, localnet: inject('localnet'), secrets };
}

/** What two lives of a process make of a mint of 5 and a transfer of 4 out of 10. */
export type Lives = {
  /** What ended the first life. */
  signal: unknown;
  statuses: string[];
  /** Repeated requests got the very answers of the first ones. */
  replayed: boolean;
  /** Left of the transferred token, and minted. */
  held: bigint[];
  transactions: number;
};

/** The end that every crash must come to. */
export const bothOnce: Lives = {
  signal: 'SIGKILL',
  statuses: ['confirmed', 'confirmed'],
  replayed: true,
  held: [6n, 5n],
  transactions: 2,
};

/** Kills the process at `checkpoint` while a mint and a transfer are in flight, and lets a second life end both. */
export async function killAt(checkpoint: string): Promise<Lives> {
  const options = await surroundings();
  const { localnet, secrets } = options;
  const first = await start({ ...options, checkpoint });
  const { client } = (
    await send(
      first.base,
      '/api/v1/auth/register',
      { 'x-admin-key': secrets.ADMIN_MASTER_KEY },
      {
        name: 'crash',
        scopes: ['wallet', 'mint', 'transfer'],
        tier: 'standard',
      },
    )
  ).body as { client: { clientId: string; clientSecret: string } };
  const { clientId, clientSecret } = client;
  const token = (await send(first.base, '/api/v1/auth/token', {}, { clientId, clientSecret })).body[
    'accessToken'
  ];
  const as = { authorization: `Bearer ${String(token)}`, 'x-user-id': 'user_1' };
  const created = await fetch(`${first.base}/api/v1/wallet/create`, { method: 'POST', headers: as });
  const { wallet } = (await created.json()) as { wallet: { address: `0x${string}` } };
  await mintUsdc(localnet, wallet.address, 10n);
  await send(first.base, '/api/v1/mint/sign', as, { receiptId: 'r1', amount: '5' });

  const writes = (base: string) =>
    [
      ['/api/v1/mint/execute', { receiptId: 'r1' }, 'k1'],
      ['/api/v1/wallet/transfer', { toUserId: 'user_2', token: localnet.addresses.usdc, amount: '4' }, 'k2'],
    ].map(([path, body, key]) =>
      send(base, path as string, { ...as, 'x-idempotency-key': key as string }, body as object),
    );
  const gone = new Promise((resolve) => {
    first.child.once('exit', (_code, signal) => resolve(signal));
  });
  first.child.send('arm');
  await new Promise((resolve) => {
    first.child.once('message', resolve);
  });
  // Either may be cut off by the kill before it is answered; the second life answers both again.
  await Promise.allSettled(writes(first.base));
  const signal = await gone;

  const second = await start({ ...options, checkpoint: null });
  const answers = await Promise.all(writes(second.base));
  const ids = answers.map(({ body }) => (body['transaction'] as Transaction).id);
  const ends = await Promise.all(
    ids.map((id) => send(second.base, `/api/v1/transactions/${id}?wait=30`, as)),
  );
  const replays = await Promise.all(writes(second.base));
  const chain = createLocalnetClient(localnet.rpcUrl);
  const held = (address: `0x${string}`) =>
    chain.readContract({ abi: erc20Abi, address, functionName: 'balanceOf', args: [wallet.address] });
  const { transactions } = (await send(second.base, '/api/v1/wallet/transactions', as)).body;
  second.child.kill('SIGTERM');
  return {
    signal,
    statuses: ends.map(({ body }) => (body['transaction'] as Transaction).status),
    replayed: isDeepStrictEqual(
      replays.map(({ body }) => body),
      ends.map(({ body }) => body),
    ),
    held: [await held(localnet.addresses.usdc), await held(localnet.addresses.token)],
    transactions: (transactions as Transaction[]).length,
  };
}
