import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { LocalnetFiles } from './files.ts';
import { endChild, nodeEnv, spawnLogged, tail, within } from './processes.ts';
import type { LocalnetAddresses, LocalnetKeys } from './types.ts';

export type Bundler = { child: ChildProcess; port: number; url: string };

export type BundlerOptions = {
  files: LocalnetFiles;
  port: number;
  rpcUrl: string;
  /** Ended when the supervisor is killed. */
  anvilPid: number;
  keys: Pick<LocalnetKeys, 'bundlerExecutors' | 'bundlerUtility'>;
  addresses: Pick<LocalnetAddresses, 'entryPoint' | 'paymaster'>;
};

const startLimitMs = 45_000;

/** The defaults suit a public network: here bundles are small and leave at once. */
const bundlerFlags = ({ port, rpcUrl, keys, addresses }: BundlerOptions) => ({
  entrypoints: addresses.entryPoint,
  'executor-private-keys': keys.bundlerExecutors.join(','),
  'utility-private-key': keys.bundlerUtility,
  'rpc-url': rpcUrl,
  port: String(port),
  'safe-mode': 'false',
  'deploy-simulations-contract': 'true',
  'min-executor-balance': '0',
  'utility-wallet-monitor': 'false',
  'block-time': '250',
  'min-bundle-interval': '100',
  'max-bundle-interval': '100',
  'max-gas-per-bundle': '2500000',
  // In gwei. A local chain suggests the tip of its last block, whoever paid that: what is bid once would be asked for ever.
  'static-max-priority-fee-per-gas': '1',
  'ignored-paymasters': addresses.paymaster,
  'polling-interval': '100',
  'log-level': 'warn',
  json: 'true',
});

/** Starts alto, a process of its own, on loopback. Its keys stand in its arguments: they hold nothing of worth. */
export async function startBundler(options: BundlerOptions): Promise<Bundler> {
  const { files, anvilPid } = options;
  const cli = createRequire(import.meta.url)
    .resolve('@pimlico/alto')
    .replace(/esm.index\.js$/, 'esm/cli/alto.js');
  const preload = fileURLToPath(new URL('./bundler-preload.mjs', import.meta.url));
  const flags = Object.entries(bundlerFlags(options)).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawnLogged(process.execPath, ['--import', preload, cli, ...flags], {
    logFile: files.bundlerLog,
    env: nodeEnv,
    ipc: true,
  });
  let port: number | undefined;
  child.on('message', (message: { port: number }) => (port = message.port));
  child.send({ chainPid: anvilPid });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  await within(startLimitMs, () => ended() || port !== undefined);
  if (port === undefined || !(await isHealthy(port))) {
    await endChild(child, 0);
    throw new Error(`the bundler did not start: ${tail(files.bundlerLog)}`);
  }
  return { child, port, url: `http://127.0.0.1:${port}/v2/rpc` };
}

async function isHealthy(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(5000) });
  return response.ok;
}
