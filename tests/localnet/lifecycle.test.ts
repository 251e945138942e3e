import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { parseUnits } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, test, vi } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative, mintUsdc } from '#src/localnet/faucet.ts';
import { resetLocalnet, startLocalnet } from '#src/localnet/index.ts';
import { groupIsGone, localnetOf, occupy, recordedPids, startParent, temporaryDataDir } from './kit.ts';

vi.setConfig({ testTimeout: 60_000 });

const someone = () => privateKeyToAccount(generatePrivateKey()).address;
const waitFor = <T>(condition: () => T | Promise<T>) =>
  vi.waitFor(condition, { timeout: 30_000, interval: 20 });

test('stop ends every process and removes the pid file', async () => {
  const dataDir = temporaryDataDir();
  const localnet = await localnetOf(dataDir);
  expect(Object.keys(recordedPids(dataDir))).toEqual(
    expect.arrayContaining(['supervisor', 'anvil', 'bundler']),
  );

  await localnet.stop();

  await groupIsGone(localnet.pid);
  expect(readdirSync(path.join(dataDir, 'localnet'))).not.toContain('localnet.pid');
});

test('nothing is left of it when its parent is killed, but the chain', async () => {
  const dataDir = temporaryDataDir();
  const { parent, rpcUrl, pid } = await startParent(dataDir);
  const to = someone();
  await fundNative({ rpcUrl }, to, 7n);

  parent.kill('SIGKILL');

  await groupIsGone(pid);
  const { rpcUrl: again } = await localnetOf(dataDir);
  expect(await createLocalnetClient(again).getBalance({ address: to })).toBe(7n);
});

test('chain and bundler end when the supervisor is killed, and the last transaction is kept', async () => {
  const dataDir = temporaryDataDir();
  const localnet = await localnetOf(dataDir);
  await mintUsdc(localnet, someone(), 1n);
  const { number, hash } = await createLocalnetClient(localnet.rpcUrl).getBlock();

  process.kill(localnet.pid, 'SIGKILL');

  await groupIsGone(localnet.pid);
  const client = createLocalnetClient((await localnetOf(dataDir)).rpcUrl);
  expect((await client.getBlock({ blockNumber: number })).hash).toBe(hash);
});

test('a start ends what is left of a localnet whose processes were killed one by one', async () => {
  const dataDir = temporaryDataDir();
  const { parent, pid } = await startParent(dataDir);
  const { bundler, anvil } = recordedPids(dataDir);
  parent.kill('SIGSTOP');
  process.kill(pid, 'SIGKILL');
  process.kill(bundler.pid, 'SIGKILL');
  process.kill(anvil.pid, 'SIGSTOP');
  parent.kill('SIGKILL');
  await once(parent, 'exit');

  // a stopped process takes no SIGTERM, so this shows that the start insists
  const { rpcUrl } = await localnetOf(dataDir);

  await groupIsGone(pid);
  expect(await createLocalnetClient(rpcUrl).getChainId()).toBe(84532);
});

test('a restart keeps balances, receipts, logs, keys, genesis and the order of time', async () => {
  const dataDir = temporaryDataDir();
  const first = await localnetOf(dataDir);
  const before = createLocalnetClient(first.rpcUrl);
  const to = someone();
  await mintUsdc(first, to, parseUnits('5', 6));
  await before.increaseTime({ seconds: 3600 });
  await before.mine({ blocks: 1 });
  const usdcLogs = { address: first.addresses.usdc, fromBlock: 0n };
  const logs = await before.getLogs(usdcLogs);
  const genesis = await before.getBlock({ blockNumber: 0n });
  const head = await before.getBlock();
  await first.stop();

  const second = await localnetOf(dataDir);
  const after = createLocalnetClient(second.rpcUrl);

  expect(second.keys).toEqual(first.keys);
  expect(second.addresses).toEqual(first.addresses);
  expect(await after.getLogs(usdcLogs)).toEqual(logs);
  const last = logs.at(-1);
  if (!last) throw new Error('no logs were written');
  const receipt = await after.getTransactionReceipt({ hash: last.transactionHash });
  expect(receipt).toMatchObject({
    status: 'success',
    blockNumber: last.blockNumber,
    blockHash: last.blockHash,
  });
  expect((await after.getBlock({ blockNumber: 0n })).hash).toBe(genesis.hash);
  expect((await after.getBlock({ blockNumber: head.number })).hash).toBe(head.hash);
  await after.mine({ blocks: 1 });
  expect((await after.getBlock()).timestamp).toBeGreaterThanOrEqual(head.timestamp);
});

test('a taken port that was asked for is an error that names port and variable', async () => {
  const dataDir = temporaryDataDir();
  const port = await occupy(0);
  await expect(localnetOf(dataDir, { rpcPort: port })).rejects.toThrow(
    `port ${port} is taken: set LOCALNET_RPC_PORT to a free one`,
  );
  // the chain runs by then and has to go again
  await expect(localnetOf(dataDir, { bundlerPort: port })).rejects.toThrow(
    `port ${port} is taken: set LOCALNET_BUNDLER_PORT to a free one`,
  );
  expect(existsSync(path.join(dataDir, 'localnet/localnet.pid'))).toBe(false);
});

test('a taken default port gives way to the next free one, and that is told', async () => {
  await occupy(8545);
  await occupy(4337);
  const log = vi.fn<(level: string, message: string) => void>();
  const localnet = await startLocalnet({ dataDir: temporaryDataDir(), log });
  await localnet.stop();

  expect(Number(new URL(localnet.rpcUrl).port)).toBeGreaterThan(8545);
  expect(Number(new URL(localnet.bundlerUrl).port)).toBeGreaterThan(4337);
  expect(log).toHaveBeenCalledWith(
    'warn',
    expect.stringMatching(/port 8545 is taken, using \d+ .*LOCALNET_RPC_PORT/),
  );
  expect(log).toHaveBeenCalledWith(
    'warn',
    expect.stringMatching(/port 4337 is taken, using \d+ .*LOCALNET_BUNDLER_PORT/),
  );
});

test('one data folder runs one localnet', async () => {
  const dataDir = temporaryDataDir();
  const localnet = await localnetOf(dataDir);
  await expect(localnetOf(dataDir)).rejects.toThrow('runs in');
  await expect(resetLocalnet({ dataDir })).rejects.toThrow('runs in');
  expect(await createLocalnetClient(localnet.rpcUrl).getChainId()).toBe(84532);
});

test('a bundler that dies comes back on its port', async () => {
  const dataDir = temporaryDataDir();
  const { bundlerUrl } = await localnetOf(dataDir);
  const { bundler } = recordedPids(dataDir);
  process.kill(bundler.pid, 'SIGKILL');
  await waitFor(() => expect(recordedPids(dataDir).bundler.pid).not.toBe(bundler.pid));
  expect((await fetch(new URL('/health', bundlerUrl))).ok).toBe(true);
});

test('every listener is on loopback alone', async () => {
  const localnet = await localnetOf(temporaryDataDir());
  for (const url of [localnet.rpcUrl, localnet.bundlerUrl, localnet.paymasterUrl]) {
    // reaches a listener on all interfaces, not one on 127.0.0.1
    const socket = connect(Number(new URL(url).port), '127.0.0.2');
    await expect(once(socket, 'connect')).rejects.toThrow();
  }
});

test('keys are for their owner alone, and a reset makes a new world', async () => {
  const dataDir = temporaryDataDir();
  const first = await localnetOf(dataDir);
  expect(statSync(path.join(dataDir, 'localnet/keys.json')).mode & 0o777).toBe(0o600);
  await first.stop();

  await resetLocalnet({ dataDir });

  expect(existsSync(path.join(dataDir, 'localnet'))).toBe(false);
  const second = await localnetOf(dataDir);
  expect(second.keys.deployer).not.toBe(first.keys.deployer);
  expect(second.addresses.token).not.toBe(first.addresses.token);
});

test('time moves on for calls while nothing happens', async () => {
  const client = createLocalnetClient((await localnetOf(temporaryDataDir())).rpcUrl);
  const head = await client.getBlock();
  await waitFor(async () => expect((await client.getBlock()).timestamp).toBeGreaterThan(head.timestamp));
});

test('with a block time, blocks come by the clock and not with transactions', async () => {
  const { rpcUrl } = await localnetOf(temporaryDataDir(), { blockTime: 1 });
  const client = createLocalnetClient(rpcUrl);
  expect(await client.getAutomine()).toBe(false);
  const height = await client.getBlockNumber();
  await waitFor(async () => expect(await client.getBlockNumber()).toBeGreaterThan(height));
});
