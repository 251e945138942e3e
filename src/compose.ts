import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { createChainClients, identifyNetwork } from '#src/chain/clients.ts';
import { verifyEntryPoint } from '#src/chain/entry-points.ts';
import type { Config } from '#src/config/load.ts';
import type { Secrets } from '#src/config/secrets.ts';
import { type Clock, systemClock } from '#src/core/clock.ts';
import type { Hex } from '#src/core/hex.ts';
import { createNetworks, type NetworkSettings } from '#src/core/networks.ts';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';
import { withAudit } from '#src/db/audited-store.ts';
import { createStore } from '#src/db/store.ts';
import type { Log } from '#src/http/logging.ts';
import type { Plane } from '#src/http/plane.ts';
import { wakeLaneQueue } from '#src/jobs/handlers/wake-lane.ts';
import { createNotifier } from '#src/jobs/notifier.ts';
import { createQueue } from '#src/jobs/queue.ts';
import { type Jobs, startJobs } from '#src/jobs/worker.ts';
import { verifyChain } from '#src/services/chain-identity.ts';
import { verifyKeys } from '#src/services/key-custody.ts';
import { createJournal } from '#src/services/journal.ts';
import { createUsage } from '#src/services/usage.ts';
import type { Checkpoint, JournalTiming } from '#src/services/journal/ports.ts';
import { composeAccounts } from './compose/accounts.ts';
import { composeChanges } from './compose/changes.ts';
import { composeEvents } from './compose/events.ts';
import { composeAdapter } from './compose/adapter.ts';
import { composeFacilitator, composeSigners, countAnswer } from './compose/facilitator.ts';
import type { Kernel } from './compose/kernel.ts';
import { composeObservers } from './compose/observers.ts';
import { composeHandlers } from './compose/handlers.ts';
import { composeOperators } from './compose/operators.ts';
import { composePlatform } from './compose/platform.ts';

export type ComposeOptions = {
  config: Config;
  secrets: Secrets;
  version: string;
  networks: readonly NetworkSettings[];
  keys: { mintSigner: Hex | undefined; facilitator: readonly Hex[] };
  log: Log;
  /** An open database that somebody else closes; absent: the configured one. */
  database?: Database;
  clock?: Clock;
  /** Where a test may end the process; absent in production. */
  checkpoint?: (name: Checkpoint) => void;
  timing?: Partial<JournalTiming>;
};

export type Runtime = {
  planes: readonly Plane[];
  redis: Redis | undefined;
  /** Metrics and traces of requests. */
  observe(app: FastifyInstance): void;
  /** Lanes, jobs and subscriptions; requests may come after it. */
  start(): Promise<void>;
  /** From now on it is not ready. */
  announceEnd(): void;
  /** Answers those who wait for transactions with what is known. */
  endWaits(): void;
  /** Ends every question to a node that is under way, and answers each later one as if no node were there. */
  leaveNodes(): void;
  /** Finishes what is in hand, then closes chain and database. */
  close(): Promise<void>;
  describe(): {
    network: NetworkSettings;
    feePayers: readonly string[];
    paymaster: string | null;
    database: string;
  };
};

/** How long steps in hand may wait for nodes at the end, ms. */
const nodePatienceMs = 4_000;

/** Every call asks it before anything else, so what it does not answer soon it need not answer. */
function connectRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 250 });
  // One a try to connect; that limits are counted elsewhere is told once, by those who count.
  redis.on('error', (error: Error) => log.debug({ err: error }, 'redis'));
  return redis;
}

/** The composition root: opens what the process needs and joins services to planes by plain calls. */
export async function compose(options: ComposeOptions): Promise<Runtime> {
  const { config, log } = options;
  const networks = createNetworks(options.networks, config.env.DEFAULT_NETWORK);
  const clock = options.clock ?? systemClock;
  const database =
    options.database ??
    (await openDatabase({ url: config.env.DATABASE_URL, dataDir: config.env.DATA_DIR, log }));
  const store = withAudit(createStore(database.db), clock);
  const usage = createUsage({ store, clock, log, flushMs: 2_000 });
  const observers = await composeObservers({ env: config.env, version: options.version }, countAnswer(usage));
  const { metrics, observe } = observers;
  const clients = createChainClients({ networks, onRequest: observers.onRpc });
  const redis = config.env.REDIS_URL ? connectRedis(config.env.REDIS_URL, log) : undefined;
  const leaveNodes = () => void clients.close();
  const close = async () => {
    await observers.stop();
    await clients.close();
    redis?.disconnect();
    if (!options.database) await database.close();
  };
  try {
    await database.migrate();
    for (const network of networks.list()) {
      await verifyChain(
        { store, clock, identify: (one) => identifyNetwork(clients.public(one.name)) },
        network,
      );
      if ((await verifyEntryPoint(clients, network)) === 'unknown' && network.bundlerUrl)
        log.warn({ network: network.name }, 'no bundler answers: wallets of this network have to wait');
    }
    const { secrets, version } = options;
    const facts = { config, secrets, version, networks, clients, database };
    const kernel: Kernel = { ...facts, store, clock, metrics, usage };
    const signers = composeSigners(kernel, options.keys.facilitator);
    const accounts = composeAccounts(kernel);
    await verifyKeys({ store, keys: accounts.keys });
    const role = config.env.ROLE;
    const url = config.env.DATABASE_URL;
    const queue = createQueue(
      url ? { kind: 'postgres', url } : { kind: 'pglite', executeSql: database.executeSql },
      log,
    );
    const remember = (lane: string) => queue.send(wakeLaneQueue, { lane }, { key: lane });
    const notifier = createNotifier({ database, log, ...(role === 'api' ? { remember } : {}) });
    const events = composeEvents(kernel, notifier, log);
    const journal = createJournal({
      store,
      clock,
      log,
      notifier: events.notifier,
      executors: observers.traced({ account: accounts.executor, signers: signers.executor }),
      onChange: composeChanges(signers, accounts),
      runsLanes: role !== 'api',
      confirmationsFor: (network) => networks.get(network).confirmations,
      ...(options.checkpoint ? { checkpoint: options.checkpoint } : {}),
      ...(options.timing ? { timing: options.timing } : {}),
    });
    let jobs: Jobs | undefined;
    const operators = composeOperators(kernel, signers, () => jobs?.isReady() ?? false);
    const facilitator = composeFacilitator(kernel, signers, journal, operators);
    const adapter = composeAdapter(kernel, accounts, journal, options.keys.mintSigner);
    const platform = composePlatform(kernel, {
      accounts: facilitator.accounts,
      wallets: accounts,
      operators,
      events,
      journal,
      settles: signers.pool.addresses.length > 0,
      log,
    });
    return {
      planes: [adapter, facilitator.plane, platform.plane],
      redis,
      observe,
      async start() {
        await facilitator.prepare();
        jobs = await startJobs({ role, journal, queue, log, handlers: composeHandlers(kernel, events, log) });
        await events.start();
      },
      announceEnd: operators.announceEnd,
      endWaits: journal.endWaits,
      leaveNodes,
      async close() {
        // What is signed is written down: whoever waits for a node that hangs loses nothing.
        const limit = setTimeout(leaveNodes, nodePatienceMs);
        await jobs?.stop();
        await events.stop();
        clearTimeout(limit);
        await platform.stop();
        await usage.stop();
        await close();
      },
      describe: () => describe(kernel, signers.pool.addresses),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function describe({ networks, database }: Kernel, feePayers: readonly string[]) {
  return {
    network: networks.default,
    feePayers,
    paymaster: networks.default.paymasterUrl,
    database: database.kind === 'postgres' ? 'PostgreSQL' : 'PGlite, for development and trials',
  };
}
