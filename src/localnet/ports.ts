import { createServer } from 'node:net';

const loopback = '127.0.0.1';

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
}

export type PortRequest = {
  /** As configured; absent: the default. 0: any free one. */
  port: number | undefined;
  defaultPort: number;
  /** What the error names. */
  variable: string;
};

/**
 * The port to use. A port that was asked for must be free, else this throws; the default gives way to the next free one.
 * 0 is left to the listener.
 */
export async function choosePort({ port, defaultPort, variable }: PortRequest): Promise<number> {
  if (port === 0) return 0;
  if (port !== undefined) {
    if (await isPortFree(port)) return port;
    throw new Error(`port ${port} is taken: set ${variable} to a free one`);
  }
  for (let candidate = defaultPort; candidate < defaultPort + 100; candidate++) {
    if (await isPortFree(candidate)) return candidate;
  }
  throw new Error(`no port is free from ${defaultPort} to ${defaultPort + 99}: set ${variable}`);
}
