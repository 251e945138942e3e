import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Hex } from '#src/core/hex.ts';
import { nodeEnv } from '#src/localnet/processes.ts';
import { here, type Measured, startMeasured } from './processes.ts';

/** Headers of a merchant's key. */
export type Caller = Record<string, string>;

export type Ours = Measured & {
  adminKey: string;
  databaseUrl: string;
  /** Merchants' keys; many, since one may make 60,000 calls a minute. */
  callers: readonly Caller[];
};

type Start = {
  /** Of the process and its data folder. */
  name: string;
  dir: string;
  rpcUrl: string;
  databaseUrl: string;
  signer: Hex;
  /** Settings other than the defaults. */
  env?: Record<string, string>;
};

const callerCount = 8;
const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** Starts the server as production runs it, on the bench's chain and database. */
export async function startOurs({ name, dir, rpcUrl, databaseUrl, signer, env }: Start): Promise<Ours> {
  const adminKey = hex(32);
  const server = await startMeasured({
    name,
    args: [here('../boot.mjs'), here('../../server.ts')],
    dir,
    env: {
      ...nodeEnv,
      PORT: '0',
      DATA_DIR: join(dir, name),
      DATABASE_URL: databaseUrl,
      BASE_SEPOLIA_RPC_URL: rpcUrl,
      FACILITATOR_PRIVATE_KEYS: signer,
      MINT_SIGNER_PRIVATE_KEY: `0x${createHash('sha256').update(signer).digest('hex')}`,
      JWT_SECRET: hex(32),
      ADMIN_MASTER_KEY: adminKey,
      KEY_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      ...env,
    },
  });
  try {
    return { ...server, adminKey, databaseUrl, callers: await newCallers(server.url) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function newCallers(url: string): Promise<Caller[]> {
  const account = { email: `bench-${hex(4)}@example.com`, password: `Bench ${hex(16)}` };
  await post(url, '/api/v1/signup', account);
  const login = await post<{ data: { access_token: string } }>(url, '/api/v1/login', account);
  const bearer = { authorization: `Bearer ${login.data.access_token}` };
  type Made = { data: { client: { clientId: string; token: string } } };
  const made = Array.from({ length: callerCount }, () =>
    post<Made>(url, '/api/v1/clients', { title: 'bench' }, bearer),
  );
  return (await Promise.all(made)).map(({ data: { client } }) => ({
    'x-client-id': client.clientId,
    'x-client-token': client.token,
  }));
}

/** What a POST of JSON answers. @throws Error when that is no success */
export async function post<T>(url: string, path: string, body: unknown, headers: Caller = {}): Promise<T> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
