import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeEnv } from '#src/localnet/processes.ts';
import { startPostgres } from '../with-postgres.ts';
import { type BenchChain, startBenchChain } from './chain.ts';
import { type Ours, startOurs } from './ours.ts';
import { createPayments, type Payments } from './payments.ts';
import { here, type Measured, startMeasured } from './processes.ts';

/** All that the sections measure; every part is a process of its own. */
export type Arena = {
  chain: BenchChain;
  payments: Payments;
  official: Measured;
  ours: Ours;
  floor: Measured;
  stop(): Promise<void>;
};

/** Starts chain, database, both facilitators and the floor; what was started is ended again when a part fails. */
export async function startArena({ profileDir }: { profileDir?: string | undefined } = {}): Promise<Arena> {
  const dir = mkdtempSync(join(tmpdir(), 'chronos-bench-'));
  const undo: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    undo.push(() => part.stop());
    return part;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(130)));
  }
  try {
    const chain = keep(await startBenchChain(dir));
    const database = keep(await startPostgres());
    const { rpcUrl } = chain;
    const node = (name: string, ...args: string[]) =>
      startMeasured({ name, args: [here(`${name}.ts`), ...args], env: nodeEnv, dir });
    const floor = keep(await node('floor'));
    const official = keep(await node('official', rpcUrl, await chain.fundedKey()));
    const signer = await chain.fundedKey();
    const ours = keep(await startOurs({ dir, rpcUrl, databaseUrl: database.url, signer, profileDir }));
    return { chain, payments: await createPayments(chain), official, ours, floor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
