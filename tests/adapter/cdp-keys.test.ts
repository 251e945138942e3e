import { getAddress } from 'viem';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createWallet, transferTokens } from '#schemas/adapter/wallet.ts';
import { appOfTest, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type CdpDouble, startCdpDouble } from '#tests/kit/cdp-double.ts';
import { final, mintTo, newClient, newUser, outcome, walletOf } from './kit.ts';

let double: CdpDouble;
let env: Record<string, string>;

beforeEach(async () => {
  double = await startCdpDouble();
  const { apiKeyId, apiKeySecret, walletSecret, basePath = '' } = double.access;
  env = {
    KEY_PROVIDER: 'cdp',
    CDP_API_KEY_ID: apiKeyId,
    CDP_API_KEY_SECRET: apiKeySecret,
    CDP_WALLET_SECRET: walletSecret,
    CDP_BASE_PATH: basePath,
    CDP_PAYMASTER_URL: inject('localnet').paymasterUrl,
  };
});

afterEach(() => double.stop());

async function send(world: TestApp, client: Awaited<ReturnType<typeof newClient>>, from: string, to: string) {
  const body = { toUserId: to, token: world.localnet.addresses.token, amount: '3' };
  const sent = await call(world.app, transferTokens, { headers: client.as(from), body });
  return final(world, client, from, sent.body.transaction.id);
}

test('a user whose key Coinbase keeps is minted to and transfers without gas, also after new keys are local', async () => {
  const world = await appOfTest({ env });
  const client = await newClient(world);
  const [alice, bob] = [newUser(), newUser()];
  const address = await walletOf(world, client, alice);
  expect((await mintTo(world, client, alice, 10n)).status).toBe('confirmed');
  expect(await send(world, client, alice, bob)).toMatchObject({ status: 'confirmed', sponsored: true });

  const later = await appOfTest({ env: { ...env, KEY_PROVIDER: 'local' }, replicaOf: world });
  await world.runtime.close();
  expect(await walletOf(later, client, alice)).toBe(address);
  expect((await send(later, client, alice, newUser())).status).toBe('confirmed');
  expect(getAddress(address)).toBe(address);
});

test('while Coinbase is away a wallet is not made, and the answer says that it may be tried again', async () => {
  const world = await appOfTest({ env });
  const client = await newClient(world);
  const headers = client.as(newUser());
  double.fault = () => ({ status: 500, body: { errorType: 'internal_server_error', errorMessage: 'no' } });
  expect(await outcome(world.app, createWallet, { headers })).toEqual([503, 'SERVICE_UNAVAILABLE']);
  double.fault = undefined;
  expect(await outcome(world.app, createWallet, { headers })).toEqual([200, 'ok']);
});
