import { erc20Abi } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await bootApp();
});

afterAll(() => world.close());

type Json = Record<string, never> & { [name: string]: Json };

async function send(method: 'GET' | 'POST', url: string, headers: Record<string, string>, body?: string) {
  const response = await world.app.inject({ method, url, headers, ...(body ? { payload: body } : {}) });
  return { status: response.statusCode, headers: response.headers, body: response.json<Json>() };
}

test('mint, transfer to a second user, balances on the chain, no native coin anywhere', async () => {
  const json = { 'Content-Type': 'application/json' };
  const post = (url: string, headers: Record<string, string>, body: object) =>
    send('POST', url, { ...headers, ...json }, JSON.stringify(body));
  const { client } = (
    await post(
      '/api/v1/auth/register',
      { 'X-Admin-Key': world.secrets.ADMIN_MASTER_KEY },
      { name: 'a', scopes: ['wallet', 'mint', 'transfer'], tier: 'standard' },
    )
  ).body;
  const { clientId, clientSecret } = client!;
  const token = (await post('/api/v1/auth/token', {}, { clientId, clientSecret })).body['accessToken'];
  const as = (user: string) => ({ Authorization: `Bearer ${String(token)}`, 'X-User-Id': user });
  const address = async (user: string) =>
    String(
      (await send('POST', '/api/v1/wallet/create', as(user))).body['wallet']!['address'],
    ) as `0x${string}`;
  const [alice, bob] = [await address('user_12345'), await address('user_67890')];
  const settled = async (user: string, answer: Awaited<ReturnType<typeof send>>) => {
    expect(answer.status).toBe(202);
    const { id } = answer.body['transaction']!;
    return (await send('GET', `/api/v1/transactions/${String(id)}?wait=30`, as(user))).body['transaction']!;
  };

  const signed = await post('/api/v1/mint/sign', as('user_12345'), { receiptId: 'r1', amount: '100' });
  expect(signed.status).toBe(200);
  const minted = await settled(
    'user_12345',
    await post('/api/v1/mint/execute', as('user_12345'), { receiptId: 'r1' }),
  );
  expect(minted).toMatchObject({ type: 'mint', status: 'confirmed', sponsored: true, receiptId: 'r1' });

  const { token: erc20 } = world.localnet.addresses;
  const sent = await settled(
    'user_12345',
    await post('/api/v1/wallet/transfer', as('user_12345'), {
      toUserId: 'user_67890',
      token: erc20,
      amount: '40',
    }),
  );
  expect(sent).toMatchObject({ type: 'transfer', status: 'confirmed', from: alice, to: bob, amount: '40' });

  const chain = createLocalnetClient(world.localnet.rpcUrl);
  for (const [user, holder, amount] of [
    ['user_12345', alice, 60n],
    ['user_67890', bob, 40n],
  ] as const) {
    const { body } = await send('GET', '/api/v1/wallet/balance', as(user));
    expect(body['balances']).toMatchObject([{ token: erc20, balance: amount.toString() }]);
    expect(body['native']).toMatchObject({ balance: '0' });
    const args = [holder] as const;
    expect(await chain.readContract({ abi: erc20Abi, address: erc20, functionName: 'balanceOf', args })).toBe(
      amount,
    );
    expect(await chain.getBalance({ address: holder })).toBe(0n);
  }
});
