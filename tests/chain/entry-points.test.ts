import { expect, inject, onTestFinished, test } from 'vitest';
import { createChainClients } from '#src/chain/clients.ts';
import { EntryPointError, verifyEntryPoint } from '#src/chain/entry-points.ts';
import { createNetworks, type NetworkSettings } from '#src/core/networks.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { type RpcFate, rpcProxy } from '#tests/kit/rpc-proxy.ts';

const entryPoint06 = '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789';

async function asked(fate: RpcFate | 'hang', change: Partial<NetworkSettings> = {}) {
  const localnet = inject('localnet');
  const proxy = await rpcProxy(localnet.bundlerUrl);
  proxy.rule = () => (fate === 'hang' ? new Promise<RpcFate>(() => undefined) : fate);
  const network: NetworkSettings = {
    name: localnet.network,
    title: 'Local',
    chainId: localnet.chainId,
    testnet: true,
    simulated: true,
    rpcUrls: [localnet.rpcUrl],
    bundlerUrl: proxy.url,
    paymasterUrl: null,
    confirmations: 1,
    settleBatch: 150,
    contracts: { token: null, mintVouchers: null, tokenLock: null },
    ...change,
  };
  const clients = createChainClients({ networks: createNetworks([network], network.name) });
  onTestFinished(async () => {
    await clients.close();
    await proxy.close();
  });
  return verifyEntryPoint(clients, network, 300);
}

test('a bundler that serves EntryPoint 0.7 is good, alone or among others', async () => {
  expect(await asked('pass')).toBe('served');
  const lower = '0x0000000071727de22e5e9d8baf0edac6f37da032';
  expect(await asked({ result: [entryPoint06, lower] })).toBe('served');
});

test('one that serves only another version is refused by name', async () => {
  await expect(asked({ result: [entryPoint06] })).rejects.toThrow(EntryPointError);
  await expect(asked({ result: [] })).rejects.toThrow('base-sepolia does not serve EntryPoint 0.7');
});

test.each<[string, RpcFate | 'hang', Partial<NetworkSettings>]>([
  ['is away', 'drop', {}],
  ['hangs', 'hang', {}],
  ['answers with an error', 'error', {}],
  ['is not configured', 'pass', { bundlerUrl: null }],
])('one that %s decides nothing', async (_name, fate, change) => {
  expect(await asked(fate, change)).toBe('unknown');
});

test('the process refuses to start on a bundler of another version', async () => {
  const proxy = await rpcProxy(inject('localnet').paymasterUrl);
  onTestFinished(() => proxy.close());
  proxy.rule = ({ method }) => (method === 'eth_supportedEntryPoints' ? { result: [entryPoint06] } : 'pass');
  await expect(appOfTest({ env: { CDP_PAYMASTER_URL: proxy.url } })).rejects.toThrow(EntryPointError);
});
