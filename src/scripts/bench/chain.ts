import { mkdirSync } from 'node:fs';
import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount, privateKeyToAddress } from 'viem/accounts';
import type { Address, Hex } from '#src/core/hex.ts';
import { startAnvil } from '#src/localnet/anvil.ts';
import { ensureCanonicalContracts } from '#src/localnet/canonical.ts';
import { alignClock } from '#src/localnet/chain-state.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { localnetFiles } from '#src/localnet/files.ts';
import { createPoolKeeper } from '#src/localnet/pool.ts';
import { endChild } from '#src/localnet/processes.ts';
import { ensureUsdc, setUsdcBalance } from '#src/localnet/usdc.ts';

export type BenchChain = {
  client: LocalnetClient;
  rpcUrl: string;
  /** A new key with native coin. */
  fundedKey(): Promise<Hex>;
  /** Sets an account's USDC, in millionths. */
  giveUsdc(owner: Address, amount: bigint): Promise<void>;
  /** A block for each transaction at once, every two seconds, or only when asked for. */
  mine(when: 'instantly' | 'every2s' | 'when asked'): Promise<void>;
  stop(): Promise<void>;
};

/** Blocks as wide as Base's were in 2025; anvil's own would hold two full batches. */
const blockGasLimit = 140_000_000n;

/** A local chain with Multicall3, Permit2 and Circle's USDC, without a bundler. */
export async function startBenchChain(dir: string): Promise<BenchChain> {
  const files = localnetFiles(dir);
  mkdirSync(files.dir, { recursive: true });
  const anvil = await startAnvil({ files, port: 0 });
  const client = createLocalnetClient(anvil.rpcUrl);
  const keepPool = createPoolKeeper(client);
  const keeping = setInterval(() => void keepPool().catch(() => undefined), 1_000);
  const stop = () => {
    clearInterval(keeping);
    return endChild(anvil.child, 5_000);
  };
  const fundedKey = async (): Promise<Hex> => {
    const key = generatePrivateKey();
    await client.setBalance({ address: privateKeyToAddress(key), value: parseEther('10000') });
    return key;
  };
  try {
    await client.request({ method: 'anvil_setLoggingEnabled', params: [false] });
    await alignClock(client);
    const deployer = privateKeyToAccount(await fundedKey());
    await ensureCanonicalContracts(client, deployer);
    await ensureUsdc(client, deployer, deployer);
    await client.setBlockGasLimit({ gasLimit: blockGasLimit });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    client,
    rpcUrl: anvil.rpcUrl,
    fundedKey,
    giveUsdc: (owner, amount) => setUsdcBalance(client, owner, amount),
    async mine(when) {
      await client.setIntervalMining({ interval: when === 'every2s' ? 2 : 0 });
      await client.setAutomine(when === 'instantly');
    },
    stop,
  };
}
