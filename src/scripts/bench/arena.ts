import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { nodeEnv } from '#src/localnet/processes.ts';
import { startPostgres } from '../with-postgres.ts';
import { type BenchChain, startBenchChain } from './chain.ts';
import { type Ours, startOurs } from './ours.ts';
import { createPayments, type Payments } from './payments.ts';
import { here, type Measured, startMeasured, untilIdle } from './processes.ts';

/** All that the sections measure; every part is a process of its own. */
export type Arena = {
  chain: BenchChain;
  payments: Payments;
  /** As its example builds it. */
  example: Measured;
  /** Tuned: with a nonce manager and quick polling. */
  official: Measured;
  ours: Ours;
  floor: Measured;
  /** Starts ours once more, with other settings, on the same chain, with a signer and a database of its own. */
  another(env: Record<string, string>): Promise<Ours>;
  stop(): Promise<void>;
};

async function newDatabase(url: string, name: string): Promise<string> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await client.unsafe(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

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
    const officialBy = async (kind: 'example' | 'tuned') =>
      keep(await node('official', rpcUrl, await chain.fundedKey(), kind));
    const example = await officialBy('example');
    const official = await officialBy('tuned');
    const oursBy = async (name: string, env: Record<string, string> = {}) =>
      startOurs({
        name,
        dir,
        rpcUrl,
        databaseUrl: await newDatabase(database.url, name),
        signer: await chain.fundedKey(),
        env,
      });
    const ours = keep(await oursBy('ours'));
    const another: Arena['another'] = async (env) => {
      const server = await oursBy(`ours_${randomBytes(4).toString('hex')}`, env);
      await untilIdle(server);
      return server;
    };
    for (const one of [floor, example, official, ours]) await untilIdle(one);
    if (profileDir) {
      mkdirSync(profileDir, { recursive: true });
      const end = await ours.profile();
      undo.push(() => end(join(profileDir, `ours-${Date.now()}.cpuprofile`)));
    }
    return { chain, payments: await createPayments(chain), example, official, ours, floor, another, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
