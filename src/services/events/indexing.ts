import type { Indexer } from './indexer.ts';

type Log = Record<'warn', (facts: object, message: string) => void>;

export type IndexingOptions = {
  indexer: Indexer;
  /** Networks and the pause between two looks at each, ms. */
  networks: readonly { name: string; pollMs: number }[];
  log: Log;
};

export type Indexing = { start(): void; stop(): Promise<void> };

/** Pause after a failure, ms. */
const failedMs = 10_000;

/** Keeps reading all networks; one that does not answer holds up no other. */
export function createIndexing({ indexer, networks, log }: IndexingOptions): Indexing {
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];
  const read = async (network: string, pollMs: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pause = pollMs;
      try {
        if (await indexer.step(network)) pause = 0;
      } catch (error) {
        pause = failedMs;
        log.warn({ err: error, network }, 'could not read transfers');
      }
      await sleep(pause, stopping.signal);
    }
  };
  return {
    start() {
      loops = networks.map(({ name, pollMs }) => read(name, pollMs));
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
}
