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
async function choosePort({ port, defaultPort, variable }: PortRequest): Promise<number> {
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

/** Starts a listener on the chosen port; when another process took the default one meanwhile, the next one serves. */
export async function onChosenPort<T>(
  request: PortRequest,
  start: (port: number) => Promise<T>,
  onOther: (message: string) => void,
): Promise<T> {
  for (;;) {
    const port = await choosePort(request);
    try {
      const started = await start(port);
      if (request.port === undefined && port !== request.defaultPort) {
        onOther(`port ${request.defaultPort} is taken, using ${port} (set ${request.variable} to choose)`);
      }
      return started;
    } catch (error) {
      if (request.port !== undefined || (await isPortFree(port))) throw error;
    }
  }
}
