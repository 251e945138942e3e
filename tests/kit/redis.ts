import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { onTestFinished, vi } from 'vitest';
import { freePort } from '#src/scripts/free-port.ts';

export type RedisServer = {
  url: string;
  /** Takes connections and answers nothing, as behind a broken network. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Comes back under the same address, empty. */
  start(): Promise<void>;
};

/** A Redis (Debian: redis-server) on a free port that keeps nothing and ends with its test. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const signal = (name: NodeJS.Signals) => server?.kill(name);
  const redis: RedisServer = {
    url,
    freeze: () => void signal('SIGSTOP'),
    thaw: () => void signal('SIGCONT'),
    async kill() {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
    },
    async start() {
      const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
      const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
      server = spawn('redis-server', flags, { stdio: 'ignore' });
      await once(server, 'spawn');
      await answers(url);
    },
  };
  onTestFinished(() => redis.kill());
  await redis.start();
  return redis;
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    await vi.waitFor(() => client.ping(), { timeout: 20_000 });
  } finally {
    client.disconnect();
  }
}
