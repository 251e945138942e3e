import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { localnetChainId } from './client.ts';
import type { LocalnetFiles } from './files.ts';
import { endChild, spawnLogged, tail, within } from './processes.ts';

export type Anvil = { child: ChildProcess; port: number; rpcUrl: string };

const startLimitMs = 20_000;

/** The binary itself, not npm's wrapper: killing the wrapper would orphan it. */
function anvilBinary(): string {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
    const binary = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
    return path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin', binary);
  } catch (cause) {
    throw new Error(`${name} is not installed; the localnet needs the development dependencies`, { cause });
  }
}

/** Starts anvil on loopback with the chain of the state file, if there is one. Port 0 takes any free port. */
export async function startAnvil(options: { files: LocalnetFiles; port: number }): Promise<Anvil> {
  const { files, port } = options;
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(localnetChainId)];
  // no well-known accounts, no access from web pages, bounded memory for old states
  args.push('--accounts', '0', '--no-cors', '--prune-history', '256');
  args.push('--dump-state', files.exitState);
  if (existsSync(files.state)) args.push('--load-state', files.state);

  const child = spawnLogged(anvilBinary(), args, { logFile: files.anvilLog });
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  const listening = () => /Listening on 127\.0\.0\.1:(\d+)/.exec(readFileSync(files.anvilLog, 'utf8'))?.[1];
  await within(startLimitMs, () => ended() || listening() !== undefined);
  const actualPort = listening();
  if (actualPort === undefined || ended()) {
    await endChild(child, 0);
    throw new Error(`anvil did not start: ${failure?.message ?? tail(files.anvilLog)}`);
  }
  return { child, port: Number(actualPort), rpcUrl: `http://127.0.0.1:${actualPort}` };
}
