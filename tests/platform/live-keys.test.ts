import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { estimateGas } from '#schemas/platform/gas-estimates.ts';
import { getNetwork, listNetworks } from '#schemas/platform/networks.ts';
import { deployToken, listTokens } from '#schemas/platform/tokens.ts';
import { signMessage } from '#schemas/platform/wallet-signatures.ts';
import { createPlatformWallet, listWalletBalances } from '#schemas/platform/wallets.ts';
import type { Address } from '#src/core/hex.ts';
import { ensureCanonicalContracts } from '#src/localnet/canonical.ts';
import { startChain, type TestChain } from '#tests/chain/chain-kit.ts';
import { deployTokenContracts } from '#tests/chain/token-kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { as, errorOf, newKey, newTenant } from './kit.ts';
import type { Headers } from './token-kit.ts';

// Two main networks beside the test network: `base`, and `polygon`, which has no bundler.
let chain: TestChain;
let polygon: RpcProxy;
let test: TestApp;
let keys: Record<'test' | 'live', Headers>;
beforeAll(async () => {
  chain = await startChain();
  const deployer = privateKeyToAccount(generatePrivateKey());
  await chain.client.setBalance({ address: deployer.address, value: parseEther('100') });
  await ensureCanonicalContracts(chain.client, deployer);
  await chain.client.request({ method: 'anvil_setChainId', params: [8453] } as never);
  const { url } = chain.client.transport as unknown as { url: string };
  polygon = await rpcProxy(url);
  polygon.rule = ({ method }) => (method === 'eth_chainId' ? { result: '0x89' } : 'pass');
  test = await bootApp({
    env: {
      BASE_RPC_URL: url,
      BASE_BUNDLER_URL: inject('localnet').bundlerUrl,
      POLYGON_RPC_URL: polygon.url,
    },
  });
  const tenant = await newTenant(test.app);
  const [forTests, live] = [
    await newKey(test.app, tenant),
    await newKey(test.app, tenant, { environment: 'live' }),
  ];
  keys = { test: as(forTests), live: as(live) };
});
afterAll(async () => {
  await test?.close();
  await polygon?.close();
  await chain?.stop();
});

const own = { test: 'base-sepolia', live: 'base' } as const;
const token = { name: 'Example Euro', symbol: 'EEUR', standard: 'ERC20' } as const;
const newWallet = async (headers: Headers) =>
  (await call(test.app, createPlatformWallet, { headers, body: {} })).body;

describe.each([
  ['test', 'live'],
  ['live', 'test'],
] as const)('%s keys', (environment, other) => {
  it('see the networks of their own environment, under both names', async () => {
    const headers = keys[environment];
    const { body } = await call(test.app, listNetworks, { headers });
    const names = { test: ['base-sepolia'], live: ['base', 'polygon'] };
    expect(body.data.map(({ id }) => id)).toEqual(names[environment]);
    expect(body.data.every(({ testnet }) => testnet === (environment === 'test'))).toBe(true);
    for (const { id, caip2 } of body.data) {
      for (const name of [id, caip2]) {
        const found = await call(test.app, getNetwork, { headers, params: { id: name } });
        expect(found.body).toMatchObject({ id, status: 'active' });
        const unseen = await attempt(test.app, getNetwork, { headers: keys[other], params: { id: name } });
        expect(errorOf(unseen)).toMatchObject({ status: 404, code: 'network_not_found' });
      }
    }
  });

  it('read that chain, and it alone', async () => {
    const headers = keys[environment];
    const wallet = await newWallet(headers);
    const client = environment === 'live' ? chain.client : null;
    await client?.setBalance({ address: wallet.address as Address, value: 7n });
    const balances = (network?: string) =>
      attempt(test.app, listWalletBalances, {
        headers,
        params: { id: wallet.id },
        query: network ? { network } : {},
      });
    for (const network of [undefined, own[environment]]) {
      expect((await balances(network)).body['data']).toMatchObject([
        { network: own[environment], token: null, balance: environment === 'live' ? '7' : '0' },
        ...(environment === 'test' ? [{ network: own.test }] : []),
      ]);
    }
    expect(errorOf(await balances(own[other]))).toMatchObject({ code: 'invalid_network', param: 'network' });
  });

  it('sign, deploy and estimate nothing on the other side', async () => {
    const headers = keys[environment];
    const { id } = await newWallet(headers);
    const network = own[other];
    const answers = [
      await attempt(test.app, signMessage, { headers, params: { id }, body: { message: 'hi', network } }),
      await attempt(test.app, deployToken, { headers, body: { ...token, network } }),
      await attempt(test.app, estimateGas, { headers, body: { method: 'deploy', network, params: token } }),
    ];
    for (const answer of answers) {
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_network', param: 'network' });
      expect(errorOf(answer)['message']).toContain(`${environment} key`);
    }
    const { body } = await call(test.app, listTokens, { headers });
    expect(body).toMatchObject({ data: [], total: 0 });
  });
});

describe('tokens are made', () => {
  const refused = async (network: string) => {
    const headers = keys.live;
    const answers = [
      await attempt(test.app, deployToken, { headers, body: { ...token, network } }),
      await attempt(test.app, estimateGas, { headers, body: { method: 'deploy', network, params: token } }),
    ];
    return answers.map(errorOf);
  };
  const supports = async (id: string) =>
    (await call(test.app, getNetwork, { headers: keys.live, params: { id } })).body.supports;

  it('only where accounts can send', async () => {
    expect(await supports('polygon')).toMatchObject({ smart_accounts: false, gasless: false });
    for (const error of await refused('polygon')) {
      expect(error).toMatchObject({ status: 400, code: 'invalid_network', param: 'network' });
      expect(error['message']).toContain('bundler');
    }
  });

  it('only where their contracts are, and as soon as they are', async () => {
    expect(await supports('base')).toMatchObject({ smart_accounts: true, tokens: false });
    for (const error of await refused('base')) {
      expect(error).toMatchObject({ status: 400, code: 'invalid_network', param: 'network' });
      expect(error['message']).toContain('contracts');
    }
    expect((await call(test.app, listTokens, { headers: keys.live })).body.total).toBe(0);
    await chain.client.request({ method: 'anvil_setChainId', params: [84532] } as never);
    await deployTokenContracts(chain, await chain.wallet());
    await chain.client.request({ method: 'anvil_setChainId', params: [8453] } as never);
    expect((await supports('base')).tokens).toBe(true);
    const { body } = await call(test.app, deployToken, { headers: keys.live, body: token });
    expect(body).toMatchObject({ network: 'base', status: 'deploying' });
  });
});
