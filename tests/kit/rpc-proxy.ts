import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RpcCall = { method: string; params: unknown[] };

/**
 * pass · drop: the connection ends without an answer · error: an answer that tells nothing · lose: done, but the answer
 * is an error · `{ result }`, `{ error }`: answered without asking the node.
 */
export type RpcFate =
  | 'pass'
  | 'drop'
  | 'error'
  | 'lose'
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown } };

export type RpcProxy = {
  url: string;
  /** Decides each call's fate, until it is set again. */
  rule: (call: RpcCall) => RpcFate | Promise<RpcFate>;
  /** Calls by method since the start. */
  counts: Map<string, number>;
  /** HTTP requests since the start. */
  requests: number;
  close(): Promise<void>;
};

type Body = { id: number } & RpcCall;

/** A JSON-RPC endpoint in front of the chain that fails on demand. */
export async function rpcProxy(target: string): Promise<RpcProxy> {
  const close = async () => {
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  };
  const proxy: RpcProxy = { url: '', rule: () => 'pass', counts: new Map(), requests: 0, close };
  const fault = (id: number) => ({ jsonrpc: '2.0', id, error: { code: -32603, message: 'Internal error' } });
  const one = async (call: Body): Promise<unknown> => {
    proxy.counts.set(call.method, (proxy.counts.get(call.method) ?? 0) + 1);
    const fate = await proxy.rule(call);
    if (fate === 'drop') throw new Error('dropped');
    if (fate === 'error') return fault(call.id);
    if (typeof fate === 'object') return { jsonrpc: '2.0', id: call.id, ...fate };
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    const answer: unknown = await response.json();
    return fate === 'lose' ? fault(call.id) : answer;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    proxy.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Body | Body[];
    try {
      const answer = Array.isArray(body) ? await Promise.all(body.map(one)) : await one(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch {
      request.socket.destroy();
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
