import { renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { hexToBytes, type Hex } from 'viem';
import type { LocalnetClient } from './client.ts';
import { createPoolKeeper } from './pool.ts';
import { readJson, writeWhole, type LocalnetFiles } from './files.ts';

const unzip = promisify(gunzip);
const heartbeatMs = 5000;

/**
 * Takes over what anvil wrote when it ended: if whole, it is newer than our own file, which is at most a second behind.
 * Call it while no anvil runs.
 */
export function settleChainState(files: LocalnetFiles): void {
  if (readJson(files.exitState) === undefined) rmSync(files.exitState, { force: true });
  else renameSync(files.exitState, files.state);
}

/** Puts the chain's clock at its head when the head is ahead of ours: anvil forgets its offset, and time must not go back. */
export async function alignClock(client: LocalnetClient): Promise<void> {
  const head = await client.getBlock();
  const ahead = Number(head.timestamp) - Math.floor(Date.now() / 1000);
  if (ahead > 0) await client.increaseTime({ seconds: ahead });
}

export type StateKeeper = { stop(): Promise<void> };

/**
 * Writes the chain to disk every second when its head has moved, and less often when that takes long, and sees to the pool.
 * Where blocks come with transactions only, it also mines one now and then: calls see the time of the last block, which
 * would stand still.
 */
export function keepChainState(options: {
  client: LocalnetClient;
  files: LocalnetFiles;
  heartbeat: boolean;
  onError: (error: unknown) => void;
}): StateKeeper {
  const { client, files, onError } = options;
  const keepPool = createPoolKeeper(client);
  let stopped = false;
  let timer: NodeJS.Timeout;
  let saved: Hex | undefined;
  let headSince = performance.now();
  let lastHead: Hex | undefined;

  const beat = async () => {
    if (performance.now() - headSince < heartbeatMs) return;
    headSince = performance.now();
    if (await client.getAutomine()) await client.mine({ blocks: 1 });
  };
  const save = async () => {
    const { hash } = await client.getBlock();
    if (hash !== lastHead) headSince = performance.now();
    lastHead = hash;
    if (options.heartbeat) await beat();
    if (hash === saved) return;
    const dump = await client.request<{ Parameters: []; ReturnType: Hex }>({
      method: 'anvil_dumpState',
      params: [],
    });
    writeWhole(files.state, await unzip(hexToBytes(dump)));
    saved = hash;
  };
  const tick = async () => {
    const started = performance.now();
    await Promise.all([keepPool().catch(onError), save().catch(onError)]);
    const took = performance.now() - started;
    if (!stopped) schedule(Math.max(1000, took * 20));
  };
  let running: Promise<void> = Promise.resolve();
  const schedule = (ms: number) => {
    timer = setTimeout(() => {
      running = tick();
    }, ms);
  };
  schedule(0);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
