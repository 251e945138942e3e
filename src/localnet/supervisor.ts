import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { privateKeyToAccount } from 'viem/accounts';
import { createPaymasterServer } from '#src/chain/paymaster-server.ts';
import { startAnvil, type Anvil } from './anvil.ts';
import { startBundler, type Bundler, type BundlerOptions } from './bundler.ts';
import { alignClock, keepChainState, settleChainState, type StateKeeper } from './chain-state.ts';
import { createLocalnetClient, localnetChainId, type LocalnetClient } from './client.ts';
import { localnetFiles, type LocalnetFiles } from './files.ts';
import { loadKeys } from './keys.ts';
import { claimPidFile, type PidFile } from './pid-file.ts';
import { isPortFree, onChosenPort } from './ports.ts';
import { endChild } from './processes.ts';
import type { LocalnetAddresses, LocalnetInfo, LocalnetKeys, SupervisorConfig } from './types.ts';
import { prepareWorld } from './world.ts';

export type Log = (level: 'info' | 'warn' | 'error', message: string) => void;

export type Supervisor = {
  info: LocalnetInfo;
  /** Ends everything in order and leaves the chain on disk. */
  stop(): Promise<void>;
};

type Parts = {
  pidFile: PidFile;
  stopping: boolean;
  anvil?: Anvil;
  bundler?: Bundler;
  paymaster?: Server;
  keeper?: StateKeeper;
};

const rpcPort = { defaultPort: 8545, variable: 'LOCALNET_RPC_PORT' };
const bundlerPort = { defaultPort: 4337, variable: 'LOCALNET_BUNDLER_PORT' };

/** Starts chain, bundler and paymaster of a data folder. When a part fails, the others are ended before this throws. */
export async function startSupervisor(
  config: SupervisorConfig,
  log: Log,
  onLost: () => void,
): Promise<Supervisor> {
  const files = localnetFiles(config.dataDir);
  const parts: Parts = { pidFile: await claimPidFile(files, config.parentPid), stopping: false };
  const stop = async () => {
    parts.stopping = true;
    await stopParts(parts);
    settleChainState(files);
    parts.pidFile.remove();
  };
  try {
    settleChainState(files);
    return { info: await startParts(parts, { config, files, log, onLost }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartContext = { config: SupervisorConfig; files: LocalnetFiles; log: Log; onLost: () => void };

async function startParts(parts: Parts, { config, files, log, onLost }: StartContext): Promise<LocalnetInfo> {
  const warn = (message: string) => log('warn', message);
  const keys = loadKeys(files.keys);
  const rpcRequest = { ...rpcPort, port: config.rpcPort };
  const anvil = await onChosenPort(rpcRequest, (port) => startAnvil({ files, port }), warn);
  parts.anvil = anvil;
  const anvilPid = anvil.child.pid ?? 0;
  parts.pidFile.record('anvil', anvilPid);
  anvil.child.once('exit', () => {
    if (parts.stopping) return;
    log('error', 'anvil has ended');
    onLost();
  });

  const { rpcUrl } = anvil;
  const client = createLocalnetClient(rpcUrl);
  await Promise.all([
    client.request({ method: 'anvil_setLoggingEnabled', params: [false] }),
    alignClock(client),
  ]);
  const addresses = await prepareWorld(client, keys);
  const heartbeat = config.blockTime === undefined;
  const onError = (error: unknown) => warn(`the chain was not looked after: ${String(error)}`);
  parts.keeper = keepChainState({ client, files, heartbeat, onError });

  const bundlerRequest = { ...bundlerPort, port: config.bundlerPort };
  const bundlerOptions = { files, rpcUrl, anvilPid, keys, addresses };
  await onChosenPort(bundlerRequest, (port) => runBundler(parts, { ...bundlerOptions, port }, log), warn);
  if (config.blockTime !== undefined) await client.setIntervalMining({ interval: config.blockTime });
  return describe(parts, { client, keys, addresses, anvil, log });
}

/** Starts the bundler and starts it again, on the same port, whenever it ends by itself. */
async function runBundler(parts: Parts, options: BundlerOptions, log: Log): Promise<void> {
  const bundler = await startBundler(options);
  parts.bundler = bundler;
  parts.pidFile.record('bundler', bundler.child.pid ?? 0);
  bundler.child.once('exit', () => {
    if (parts.stopping) return;
    log('warn', 'the bundler has ended, starting it again');
    runBundler(parts, { ...options, port: bundler.port }, log).catch((error: unknown) =>
      log('error', `the bundler is gone: ${String(error)}`),
    );
  });
}

async function describe(
  parts: Parts,
  world: { client: LocalnetClient; keys: LocalnetKeys; addresses: LocalnetAddresses; anvil: Anvil; log: Log },
): Promise<LocalnetInfo> {
  const { client, keys, addresses, anvil, log } = world;
  const bundler = parts.bundler;
  if (!bundler) throw new Error('the paymaster needs a bundler');
  const server = createPaymasterServer({
    signer: privateKeyToAccount(keys.paymasterSigner),
    paymaster: addresses.paymaster,
    entryPoint: addresses.entryPoint,
    chainId: localnetChainId,
    bundlerUrl: bundler.url,
    onError: (error) => log('warn', `paymaster: ${String(error)}`),
    // the chain's clock runs ahead after a test moved it
    now: async () => Math.max(Date.now() / 1000, Number((await client.getBlock()).timestamp)),
  });
  parts.paymaster = server;
  server.listen((await isPortFree(bundler.port + 1)) ? bundler.port + 1 : 0, '127.0.0.1');
  await once(server, 'listening');
  const { facilitator, mintSigner, deployer, usdcMinter } = keys;
  return {
    network: 'base-sepolia',
    chainId: localnetChainId,
    rpcUrl: anvil.rpcUrl,
    bundlerUrl: bundler.url,
    paymasterUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    addresses,
    keys: { facilitator, mintSigner, deployer, usdcMinter },
  };
}

async function stopParts({ paymaster, bundler, keeper, anvil }: Parts): Promise<void> {
  paymaster?.close();
  paymaster?.closeAllConnections();
  if (bundler) await endChild(bundler.child, 1000);
  await keeper?.stop();
  // anvil writes its state when it is asked to end
  if (anvil) await endChild(anvil.child, 10_000);
}
