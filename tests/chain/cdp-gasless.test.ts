import { erc20Abi } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeys } from '#src/chain/keys/keyring.ts';
import { keySettings } from '#src/config/keys.ts';
import { loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { type CdpDouble, startCdpDouble } from '#tests/kit/cdp-double.ts';
import { type ChainWorld, prepare, settled, startChainWorld } from './world.ts';

let double: CdpDouble;
let world: ChainWorld;

beforeAll(async () => {
  double = await startCdpDouble();
  const { apiKeyId, apiKeySecret, walletSecret, basePath = '' } = double.access;
  const env = {
    KEY_PROVIDER: 'cdp',
    CDP_API_KEY_ID: apiKeyId,
    CDP_API_KEY_SECRET: apiKeySecret,
    CDP_WALLET_SECRET: walletSecret,
    CDP_BASE_PATH: basePath,
  };
  world = await startChainWorld({
    ownerKeys: createKeys(keySettings(loadConfig(env), {})),
    // The bundler and the paymaster of the local chain behind one URL, as Coinbase offers them.
    settings: (localnet) =>
      networkSettings(loadConfig({ ...env, CDP_PAYMASTER_URL: localnet.paymasterUrl }), {
        ...localnet,
        bundlerUrl: 'http://127.0.0.1:1',
        paymasterUrl: 'http://127.0.0.1:1',
      }),
  });
});

afterAll(async () => {
  await world.stop();
  await double.stop();
});

test('a wallet whose key Coinbase keeps moves tokens without gas, deployment and all', async () => {
  const { bundlerUrl, paymasterUrl } = world.networks.default;
  expect(bundlerUrl).toBe(world.localnet.paymasterUrl);
  expect(paymasterUrl).toBe(bundlerUrl);
  const wallet = await world.wallet();
  const to = (await world.wallet()).address;
  expect(wallet.key).toMatchObject({ backend: 'cdp', owner: wallet.initialOwner });
  const { usdc } = world.localnet.addresses;
  await setUsdc(world.localnet, wallet.address, 10n);

  for (const amount of [3n, 4n]) {
    const legs = [
      world.transaction(wallet, world.tokens.transfer({ token: usdc, from: wallet.address, to, amount })),
    ];
    const { submission } = await prepare(world, legs);
    await world.executor.send(submission!);
    expect(await settled(world, submission!, legs)).toMatchObject({
      state: 'included',
      legs: [{ success: true }],
    });
  }

  const balanceOf = { address: usdc, abi: erc20Abi, functionName: 'balanceOf', args: [to] } as const;
  expect(await world.client.readContract(balanceOf)).toBe(7n);
  expect(await world.client.getBalance({ address: wallet.address })).toBe(0n);
  const signed = double.seen.filter((one) => one.path.endsWith('/sign/typed-data'));
  expect(signed.map((one) => one.body?.['primaryType'])).toEqual(['SafeOp', 'SafeOp']);
});
