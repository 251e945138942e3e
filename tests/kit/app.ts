import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { inject, onTestFinished } from 'vitest';
import { buildApp } from '#src/app.ts';
import { compose, type ComposeOptions, type Runtime } from '#src/compose.ts';
import { loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import type { Secrets } from '#src/config/secrets.ts';
import type { Hex } from '#src/core/hex.ts';
import { createLogger, type Log } from '#src/http/logging.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

export type TestApp = {
  app: FastifyInstance;
  runtime: Runtime;
  secrets: Secrets;
  localnet: LocalnetInfo;
  database: TestDatabase;
  /** Private keys of its settlement signers, funded. */
  signers: readonly Hex[];
  /** Closes the app and its database. */
  close(): Promise<void>;
};

export type BootOptions = {
  env?: Readonly<Record<string, string>>;
  /** A replica of another app: same secrets, same database. */
  replicaOf?: TestApp;
  signers?: readonly Hex[];
  /** Another chain than the run's. */
  localnet?: LocalnetInfo;
  /** The app uses the test's own handle of the database, so that closing it takes the database away. */
  oneHandle?: boolean;
  compose?: Partial<ComposeOptions>;
  requestTimeoutMs?: number;
  /** Where log lines go; default: nowhere, or by TEST_LOG_LEVEL. */
  log?: Log;
};

const quickly = { resendMs: 500, backoffMs: 50, maxBackoffMs: 1_000, pollMs: 200 };

/** Secrets as an operator would set them, new ones each time. */
function newSecrets(): Secrets {
  return {
    JWT_SECRET: randomBytes(48).toString('base64url'),
    ADMIN_MASTER_KEY: `admin_${randomBytes(24).toString('base64url')}`,
    KEY_ENCRYPTION_KEYS: `t1:${randomBytes(32).toString('base64')}`,
  };
}

/** Notes which (operation, status, code) the run has reached; the coverage guard reads it. */
export function recordAnswers(app: FastifyInstance, runDir: string): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const operation = request.routeOptions.config?.operation?.id;
    if (!operation) return;
    const body =
      typeof payload === 'string' && reply.statusCode >= 400 ? (JSON.parse(payload) as ErrorBody) : {};
    const code = typeof body.error === 'object' ? body.error.code : body.code;
    appendFileSync(
      join(runDir, `answers-${process.pid}.txt`),
      `${operation} ${reply.statusCode} ${code ?? 'ok'}\n`,
    );
  });
}

type ErrorBody = { code?: string; error?: { code?: string } };

/** The real app on the run's chain with a database and signers of its own; not listening, lanes and jobs running. */
export async function bootApp(options: BootOptions = {}): Promise<TestApp> {
  const first = options.replicaOf;
  const localnet = options.localnet ?? first?.localnet ?? inject('localnet');
  const runDir = inject('runDir');
  const database = first?.database ?? (await freshDatabase());
  const secrets = first?.secrets ?? newSecrets();
  const signers = options.signers ?? first?.signers ?? [generatePrivateKey(), generatePrivateKey()];
  if (!first)
    for (const key of signers) await fundNative(localnet, privateKeyToAddress(key), parseEther('100'));
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: runDir,
    ...(database.url ? { DATABASE_URL: database.url } : {}),
    ...options.env,
  });
  const { timing, ...composed } = options.compose ?? {};
  const log = options.log ?? createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent');
  const runtime = await compose({
    config,
    secrets,
    version: '1.0.0',
    networks: networkSettings(config, localnet),
    keys: { mintSigner: localnet.keys.mintSigner, facilitator: signers },
    log,
    timing: { ...quickly, ...timing },
    // PGlite has one opener; on PostgreSQL each replica has a pool of its own, as in production.
    ...(database.url && !options.oneHandle ? {} : { database: database.database }),
    ...composed,
  });
  const app = await buildApp(runtime.planes, {
    version: '1.0.0',
    publicUrl: '/',
    log,
    trustProxy: config.trustProxy,
    observe: runtime.observe,
    ...(runtime.redis ? { redis: runtime.redis } : {}),
    ...(options.requestTimeoutMs ? { requestTimeoutMs: options.requestTimeoutMs } : {}),
    extend: (one) => recordAnswers(one, runDir),
  });
  await app.ready();
  await runtime.start();
  return {
    app,
    runtime,
    secrets,
    localnet,
    database,
    signers,
    async close() {
      await app.close();
      await runtime.close();
      if (!first) await database.drop();
    },
  };
}

/** The same, closed with the test. */
export async function appOfTest(options: BootOptions = {}): Promise<TestApp> {
  const booted = await bootApp(options);
  onTestFinished(() => booted.close());
  return booted;
}
