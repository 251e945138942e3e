import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { inject, onTestFinished } from 'vitest';
import type { LocalnetInfo } from '#src/localnet/types.ts';
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

export type Answer = { status: number; body: Record<string, unknown> };
type Headers = Record<string, string>;

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const get = async (url: string, headers: Headers) => answerOf(await fetch(url, { headers }));

async function post(url: string, headers: Headers, body?: object): Promise<Answer> {
  const sent = body && { body: JSON.stringify(body) };
  const type = body && { 'content-type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers: { ...headers, ...type }, ...sent }));
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

/** A client's user in a life of the process. */
export type Stage = {
  localnet: LocalnetInfo;
  /** Wallet of the user and treasury of the client. */
  wallet: `0x${string}`;
  treasury: `0x${string}`;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
};

/** A write that both lives ask for, under an idempotency key of its own. */
export type Write = { path: string; body?: object };

export type Scene = {
  /** Leads up to the writes; the process is killed while they are in flight. */
  writes(stage: Stage): Promise<Write[]>;
  /** What is true after both lives. */
  facts(stage: Stage): Promise<unknown>;
};

/** What two lives of a process make of a scene. */
export type Lives = {
  /** What ended the first life. */
  signal: unknown;
  statuses: string[];
  /** Repeated requests got the very answers of the first ones. */
  replayed: boolean;
  transactions: number;
  facts: unknown;
};

/** Registers a client; the answer is its user in any life. */
async function cast(base: string, { localnet, secrets }: Omit<ChildOptions, 'checkpoint'>) {
  const admin = { 'x-admin-key': secrets.ADMIN_MASTER_KEY };
  const wanted = { name: 'crash', scopes: ['wallet', 'mint', 'transfer', 'claim'], tier: 'standard' };
  const registered = (await post(`${base}/api/v1/auth/register`, admin, wanted)).body;
  const { clientId, clientSecret } = registered['client'] as { clientId: string; clientSecret: string };
  const { body } = await post(`${base}/api/v1/auth/token`, {}, { clientId, clientSecret });
  const as = { authorization: `Bearer ${String(body['accessToken'])}`, 'x-user-id': 'user_1' };
  const created = (await post(`${base}/api/v1/wallet/create`, as)).body;
  const { client } = (await get(`${base}/api/v1/auth/clients/${clientId}`, admin)).body as {
    client: { treasury: { address: `0x${string}` } };
  };
  const { address: wallet } = created['wallet'] as { address: `0x${string}` };
  return {
    as,
    on: (life: string): Stage => ({
      localnet,
      wallet,
      treasury: client.treasury.address,
      get: (path) => get(life + path, as),
      post: (path, given) => post(life + path, as, given),
    }),
  };
}

/** Kills the process at `checkpoint` while the writes of a scene are in flight, and lets a second life end them. */
export async function killAt(checkpoint: string, scene: Scene): Promise<Lives> {
  const options = await surroundings();
  const first = await start({ ...options, checkpoint });
  const { as, on } = await cast(first.base, options);
  const wanted = await scene.writes(on(first.base));
  const all = (base: string) =>
    wanted.map(({ path, body }, i) => post(base + path, { ...as, 'x-idempotency-key': `k${i}` }, body));

  const gone = new Promise((resolve) => {
    first.child.once('exit', (_code, signal) => resolve(signal));
  });
  first.child.send('arm');
  await new Promise((resolve) => {
    first.child.once('message', resolve);
  });
  // Each may be cut off by the kill before it is answered; the second life answers all again.
  await Promise.allSettled(all(first.base));
  const signal = await gone;

  const second = await start({ ...options, checkpoint: null });
  const stage = on(second.base);
  const answers = await Promise.all(all(second.base));
  const ids = answers.map(({ body }) => (body['transaction'] as Transaction).id);
  const ends = await Promise.all(ids.map((id) => stage.get(`/api/v1/transactions/${id}?wait=30`)));
  const replays = await Promise.all(all(second.base));
  const { transactions } = (await stage.get('/api/v1/wallet/transactions')).body;
  const facts = await scene.facts(stage);
  second.child.kill('SIGTERM');
  return {
    signal,
    statuses: ends.map(({ body }) => (body['transaction'] as Transaction).status),
    replayed: isDeepStrictEqual(
      replays.map(({ body }) => body),
      ends.map(({ body }) => body),
    ),
    transactions: (transactions as Transaction[]).length,
    facts,
  };
}
