import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay, endChild, spawnLogged, tail } from '#src/localnet/processes.ts';
import type { Question, Reading } from './meter.ts';

/** A measured process that listens. */
export type Measured = {
  name: string;
  /** Origin it listens on. */
  url: string;
  read(): Promise<Reading>;
  /** Takes a CPU profile until the returned function is called with the file it goes to. */
  profile(): Promise<(file: string) => Promise<void>>;
  stop(): Promise<void>;
};

type Start = {
  name: string;
  /** File and arguments for Node. */
  args: readonly string[];
  env: Record<string, string>;
  /** Folder of its log. */
  dir: string;
};

const meter = new URL('meter.ts', import.meta.url).href;
const listening = /http:\/\/127\.0\.0\.1:\d+/;
const startLimitMs = 60_000;

/** Path of a file beside this one. */
export const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Starts a Node process under the meter; it is ready once it has printed where it listens. */
export async function startMeasured({ name, args, env, dir }: Start): Promise<Measured> {
  const logFile = join(dir, `${name}.log`);
  const child = spawnLogged(process.execPath, ['--import', meter, ...args], { logFile, env, ipc: true });
  const stop = () => endChild(child, 20_000);
  const address = () =>
    existsSync(logFile) ? listening.exec(readFileSync(logFile, 'utf8'))?.[0] : undefined;
  for (const giveUp = performance.now() + startLimitMs; address() === undefined; await delay(50)) {
    if (child.exitCode !== null || performance.now() > giveUp) {
      await stop();
      throw new Error(`${name} did not start:\n${tail(logFile, 20)}`);
    }
  }
  const ask = async (question: Question): Promise<Reading> => {
    const answer = once(child, 'message', { signal: AbortSignal.timeout(10_000) });
    child.send(question);
    return (await answer)[0] as Reading;
  };
  return {
    name,
    url: address() ?? '',
    read: () => ask('read'),
    async profile() {
      await ask('profile');
      return async (file) => void (await ask({ profile: file }));
    },
    stop,
  };
}

/** Waits until a process that has just started has no more work of its own. */
export async function untilIdle({ name, read }: Measured): Promise<void> {
  const giveUp = performance.now() + startLimitMs;
  for (let before = -Infinity; ; await delay(500)) {
    const { cpu } = await read();
    if (cpu - before < 50_000) return;
    if (performance.now() > giveUp) throw new Error(`${name} does not come to rest`);
    before = cpu;
  }
}
