import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { networkWith } from '#tests/adapter/gate.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { type RpcFate, rpcProxy } from '#tests/kit/rpc-proxy.ts';

let first: TestApp;

beforeAll(async () => {
  first = await bootApp();
});

afterAll(() => first.close());

/** A start on the data of before, where a node says something else in one of its answers. */
async function startAgain(method: string, change: (answer: string) => RpcFate, simulated: boolean) {
  const localnet = inject('localnet');
  const proxy = await rpcProxy(localnet.rpcUrl);
  onTestFinished(() => proxy.close());
  const truth = async (params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(localnet.rpcUrl, { method: 'POST', headers, body })).text();
  };
  proxy.rule = async (call) => (call.method === method ? change(await truth(call.params)) : 'pass');
  const networks = networkWith(localnet, { rpcUrls: [proxy.url], simulated });
  return appOfTest({ replicaOf: first, compose: { networks } });
}

const result = (text: string): RpcFate => ({ result: (JSON.parse(text) as { result: unknown }).result });

test('a node of the chain the database has written about is taken', async () => {
  expect((await startAgain('eth_chainId', result, true)).app).toBeDefined();
});

test('a node of another chain id is refused, and both are named', async () => {
  await expect(startAgain('eth_chainId', () => ({ result: '0x1' }), false)).rejects.toMatchObject({
    name: 'ChainMismatchError',
    message: expect.stringContaining('serves chain 1, not 84532'),
  });
});

test.each([
  [true, 'npm run reset'],
  [false, 'check its RPC_URL and DATABASE_URL'],
])('a chain of the same id and another beginning is refused (simulated: %s)', async (simulated, remedy) => {
  const other = (text: string) =>
    result(text.replace(/"hash":"0x[0-9a-f]{64}"/, `"hash":"0x${'ab'.repeat(32)}"`));
  const start = startAgain('eth_getBlockByNumber', other, simulated);
  await expect(start).rejects.toMatchObject({ name: 'ChainMismatchError' });
  await expect(start).rejects.toThrow(remedy);
});
