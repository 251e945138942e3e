import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { banner } from './banner.ts';
import { EntryPointError } from './chain/entry-points.ts';
import { compose, type Runtime } from './compose.ts';
import type { Hex } from './core/hex.ts';
import { ConfigError, type Config, loadConfig } from './config/load.ts';
import { networkSettings } from './config/networks.ts';
import { loadSecrets } from './config/secrets.ts';
import { createLogger } from './http/logging.ts';
import type { Localnet } from './localnet/index.ts';
import { ChainMismatchError } from './services/chain-identity.ts';
import { KeysMissingError } from './services/key-custody.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The local chain, when no RPC is configured and this is not production. */
async function localnetFor(config: Config): Promise<Localnet | undefined> {
  if (config.production || Object.values(config.networks).some((network) => network.RPC_URL))
    return undefined;
  const { startLocalnet } = await import('./localnet/index.ts');
  const { DATA_DIR, LOCALNET_RPC_PORT, LOCALNET_BUNDLER_PORT } = config.env;
  const starting = startLocalnet({
    dataDir: DATA_DIR,
    ...(LOCALNET_RPC_PORT === undefined ? {} : { rpcPort: LOCALNET_RPC_PORT }),
    ...(LOCALNET_BUNDLER_PORT === undefined ? {} : { bundlerPort: LOCALNET_BUNDLER_PORT }),
    log: (level, message) => {
      if (level !== 'info') console.error(message);
    },
  });
  return starting.catch((error: Error) => {
    throw new ConfigError([error.message]);
  });
}

/** How long ending may take, and how much of it requests have that wait for a block, or for a node that hangs, ms. */
const endLimitMs = 20_000;
const waitLimitMs = 8_000;
const nodeLimitMs = 10_000;

/**
 * Says that it ends and still serves for `delayMs`: what is on its way arrives, balancers turn elsewhere. Then it takes no
 * more and finishes what it has; who waits long for a transaction gets its present state, who waits long for a node hears that
 * it does not answer.
 */
async function drain(app: FastifyInstance, runtime: Runtime, delayMs: number): Promise<void> {
  runtime.announceEnd();
  app.server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  await delay(delayMs);
  const limits = [setTimeout(runtime.endWaits, waitLimitMs), setTimeout(runtime.leaveNodes, nodeLimitMs)];
  await app.close();
  for (const limit of limits) clearTimeout(limit);
}

async function listen(app: FastifyInstance, { HOST, PORT }: Config['env']): Promise<string> {
  try {
    return await app.listen({ host: HOST, port: PORT });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new ConfigError([`PORT ${PORT} is taken on ${HOST}: stop what listens there or set another PORT`]);
  }
}

const broken = (ms: number): void => console.error(`did not end within ${ms} ms: broken off`);

/** Starts the process: config → chain → services → app → listen; what was started is closed again on a failure. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const limits = { delay: config.env.SHUTDOWN_DELAY_MS + endLimitMs, onTimeout: broken };
  closeWithGrace({ ...limits, logger: false }, async ({ err }) => {
    if (err) console.error(err instanceof ConfigError ? err.message : err);
    await close();
  });
  try {
    const localnet = await localnetFor(config);
    if (localnet) undo.push(() => localnet.stop());
    const log = createLogger(config.logLevel);
    const secrets = loadSecrets(config);
    const runtime: Runtime = await compose({
      config,
      version,
      secrets,
      log,
      networks: networkSettings(config, localnet),
      keys: {
        mintSigner: (config.env.MINT_SIGNER_PRIVATE_KEY as Hex) ?? localnet?.keys.mintSigner,
        facilitator:
          (config.env.FACILITATOR_PRIVATE_KEYS?.split(',') as Hex[]) ?? localnet?.keys.facilitator ?? [],
      },
    });
    undo.push(() => runtime.close());
    const app = await buildApp(runtime.planes, {
      version,
      publicUrl: config.env.PUBLIC_URL ?? '/',
      log,
      trustProxy: config.trustProxy,
      observe: runtime.observe,
      ...(runtime.redis ? { redis: runtime.redis } : {}),
    });
    undo.push(() => drain(app, runtime, config.env.SHUTDOWN_DELAY_MS));
    await runtime.start();
    const address = await listen(app, config.env);
    console.log(
      banner({
        config,
        runtime,
        address,
        localnet,
        adminKey: secrets.ADMIN_MASTER_KEY,
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the operator has to mend; where in the code it was found says nothing. */
const operators = [ConfigError, ChainMismatchError, EntryPointError, KeysMissingError];

main().catch((error: unknown) => {
  console.error(operators.some((one) => error instanceof one) ? (error as Error).message : error);
  process.exit(1);
});
