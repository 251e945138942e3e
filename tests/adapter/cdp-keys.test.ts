import { getAddress } from 'viem';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createWallet, transferTokens } from '#schemas/adapter/wallet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type CdpDouble, startCdpDouble } from '#tests/kit/cdp-double.ts';
import { final, mintTo, newClient, newUser, outcome, walletOf } from './kit.ts';

let double: CdpDouble;
let env: Record<string, string>;
let world: TestApp;
let later: TestApp;

beforeAll(async () => {
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
  world = await bootApp({ env });
  later = await bootApp({ env: { ...env, KEY_PROVIDER: 'local' }, replicaOf: world });
});

afterAll(async () => {
  await later.close();
  await world.close();
  await double.stop();
});

async function send(app: TestApp, client: Awaited<ReturnType<typeof newClient>>, from: string, to: string) {
  const body = { toUserId: to, token: app.localnet.addresses.token, amount: '3' };
  const sent = await call(app.app, transferTokens, { headers: client.as(from), body });
  return final(app, client, from, sent.body.transaction.id);
}

test('a user whose key Coinbase keeps is minted to and transfers without gas, also where new keys are local', async () => {
  const client = await newClient(world);
  const [alice, bob] = [newUser(), newUser()];
  const address = await walletOf(world, client, alice);
  expect((await mintTo(world, client, alice, 10n)).status).toBe('confirmed');
  expect(await send(world, client, alice, bob)).toMatchObject({ status: 'confirmed', sponsored: true });

  expect(await walletOf(later, client, alice)).toBe(address);
  expect((await send(later, client, alice, newUser())).status).toBe('confirmed');
  expect(getAddress(address)).toBe(address);
});

test('first calls that race get one wallet and leave one key in the vault', async () => {
  const client = await newClient(world);
  const headers = client.as(newUser());
  const before = double.accounts.size;
  const made = await Promise.all(
    Array.from({ length: 20 }, () => call(world.app, createWallet, { headers })),
  );
  expect(new Set(made.map(({ body }) => body.wallet.address)).size).toBe(1);
  expect(made.filter(({ body }) => body.wallet.isNew)).toHaveLength(1);
  expect(double.accounts.size - before).toBe(1);
});

test('while Coinbase is away a wallet is not made, and the answer says that it may be tried again', async () => {
  const client = await newClient(world);
  const headers = client.as(newUser());
  double.fault = () => ({ status: 500, body: { errorType: 'internal_server_error', errorMessage: 'no' } });
  expect(await outcome(world.app, createWallet, { headers })).toEqual([503, 'SERVICE_UNAVAILABLE']);
  double.fault = undefined;
  expect(await outcome(world.app, createWallet, { headers })).toEqual([200, 'ok']);
});
