import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkSettings } from '#src/config/networks.ts';
import { loadConfig } from '#src/config/load.ts';
import type { NetworkSettings } from '#src/core/networks.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

/** A door in front of an endpoint: open, or shut (connections are cut without an answer). */
export type Gate = { url: string; open(): void; shut(): void; close(): Promise<void> };

export async function gateTo(target: string): Promise<Gate> {
  let shut = false;
  const server: Server = createServer((request, response) => {
    if (shut) return void request.socket.destroy();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const forwarded = fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      });
      forwarded.then(
        async (answer) =>
          shut ? request.socket.destroy() : response.writeHead(answer.status).end(await answer.text()),
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => void (shut = false),
    shut: () => void (shut = true),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The run's network with some of its endpoints replaced. */
export function networkWith(localnet: LocalnetInfo, change: Partial<NetworkSettings>): NetworkSettings[] {
  const [network] = networkSettings(loadConfig({ NODE_ENV: 'test' }), localnet);
  return [{ ...network!, ...change }];
}
