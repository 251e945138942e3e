import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkSettings } from '#src/config/networks.ts';
import { loadConfig } from '#src/config/load.ts';
import type { NetworkSettings } from '#src/core/networks.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

/** A door in front of an endpoint: open, or shut (connections are cut without an answer), for one method or for all. */
export type Gate = { url: string; open(): void; shut(method?: string): void; close(): Promise<void> };

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function forward(target: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(target, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

export async function gateTo(target: string): Promise<Gate> {
  // What a body must hold to be cut off: nothing does hold null, everything the empty text.
  let shut: string | null = null;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await bodyOf(request);
      const isShut = () => shut !== null && body.includes(shut);
      const answer = isShut() ? null : await forward(target, body);
      if (answer && !isShut()) response.writeHead(answer.status).end(answer.text);
      else request.socket.destroy();
    } catch {
      request.socket.destroy();
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      shut = null;
    },
    shut(method = '') {
      shut = method;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** The run's network with some of its endpoints replaced. */
export function networkWith(localnet: LocalnetInfo, change: Partial<NetworkSettings>): NetworkSettings[] {
  const [network] = networkSettings(loadConfig({ NODE_ENV: 'test' }), localnet);
  return [{ ...network!, ...change }];
}
