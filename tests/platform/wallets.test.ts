import { setUsdc } from '#src/localnet/faucet.ts';
import { randomUUID } from 'node:crypto';
import {
  createPublicClient,
  hashMessage,
  hashTypedData,
  http,
  recoverMessageAddress,
  recoverTypedDataAddress,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BodyOf } from '#schemas/kit/operation.ts';
import { signMessage, signTypedData } from '#schemas/platform/wallet-signatures.ts';
import {
  createPlatformWallet,
  getPlatformWallet,
  listPlatformWallets,
  listWalletBalances,
} from '#schemas/platform/wallets.ts';
import type { Hex } from '#src/core/hex.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newKey, newTenant } from './kit.ts';

let test: TestApp;
let caller: Record<string, string>;
beforeAll(async () => {
  test = await bootApp();
  caller = as(await newKey(test.app, await newTenant(test.app)));
});
afterAll(() => test.close());

const make = async (body: BodyOf<typeof createPlatformWallet> = {}, headers = caller) =>
  call(test.app, createPlatformWallet, { headers, body });

describe('wallets', () => {
  it.each(['smart_account', 'eoa'] as const)('of type %s are made and read', async (type) => {
    const { body } = await make({ type, label: 'Till 1' });
    expect(body).toEqual({
      object: 'wallet',
      id: expect.stringMatching(/^wal_/),
      type,
      address: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
      label: 'Till 1',
      external_id: null,
      created: expect.any(Number),
    });
    const read = await call(test.app, getPlatformWallet, { headers: caller, params: { id: body.id } });
    expect(read.body).toEqual(body);
  });

  it('with an external id are made once, also by twins at once', async () => {
    const external_id = randomUUID();
    const twins = await Promise.all([1, 2, 3].map(() => make({ external_id })));
    const again = await make({ external_id });
    expect(new Set([...twins, again].map(({ body }) => body.id)).size).toBe(1);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await attempt(test.app, createPlatformWallet, {
      headers: caller,
      body: { external_id, type: 'eoa' },
    });
    expect(errorOf(other)).toMatchObject({ code: 'conflict', param: 'external_id', status: 409 });
  });

  it('belong to one environment of one tenant', async () => {
    const tenant = await newTenant(test.app);
    const external_id = 'user-1';
    const [testKey, liveKey] = [
      as(await newKey(test.app, tenant)),
      as(await newKey(test.app, tenant, { environment: 'live' })),
    ];
    const ours = await make({ external_id }, testKey);
    const live = await make({ external_id }, liveKey);
    const others = await make({ external_id });
    expect(new Set([ours, live, others].map(({ body }) => body.address)).size).toBe(3);
    const unseen = await attempt(test.app, getPlatformWallet, {
      headers: liveKey,
      params: { id: ours.body.id },
    });
    expect(errorOf(unseen)).toMatchObject({ code: 'wallet_not_found', status: 404 });
  });

  it('are listed page by page, and found by type and external id', async () => {
    const headers = as(await newKey(test.app, await newTenant(test.app)));
    const ids = [];
    for (const type of ['eoa', 'smart_account', 'eoa'] as const)
      ids.unshift((await make({ type, external_id: randomUUID() }, headers)).body);
    const list = async (query: object) =>
      (await call(test.app, listPlatformWallets, { headers, query })).body;
    const first = await list({ limit: 2 });
    expect(first).toEqual({ object: 'list', data: ids.slice(0, 2), has_more: true, total: 3 });
    const second = await list({ limit: 2, starting_after: ids[1]!.id });
    expect(second).toEqual({ object: 'list', data: ids.slice(2), has_more: false, total: 3 });
    expect((await list({ type: 'eoa' })).total).toBe(2);
    expect((await list({ external_id: ids[1]!.external_id })).data).toEqual([ids[1]]);
  });
});

describe('balances', () => {
  it('are the coin first, then the tokens asked for', async () => {
    const { body: wallet } = await make();
    const { usdc, token } = test.localnet.addresses;
    await setUsdc(test.localnet, wallet.address as Hex, 1_500_000n);
    const read = async (query: object) =>
      (await call(test.app, listWalletBalances, { headers: caller, params: { id: wallet.id }, query })).body;
    const coin = {
      object: 'balance',
      network: 'base-sepolia',
      token: null,
      symbol: 'ETH',
      decimals: 18,
      balance: '0',
      formatted: '0',
    };
    const { data, total } = await read({ tokens: usdc.toLowerCase(), network: 'eip155:84532' });
    expect(total).toBe(2);
    expect(data).toEqual([
      coin,
      { ...coin, token: usdc, symbol: 'USDC', decimals: 6, balance: '1500000', formatted: '1.5' },
    ]);
    expect((await read({})).data.map((one) => one.token)).toEqual([null, token]);
  });

  it('are refused of a network that the key does not reach, and of what is no token', async () => {
    const { body: wallet } = await make();
    const params = { id: wallet.id };
    for (const network of ['base', 'nowhere']) {
      const answer = await attempt(test.app, listWalletBalances, {
        headers: caller,
        params,
        query: { network },
      });
      expect(errorOf(answer)).toMatchObject({ code: 'invalid_network', param: 'network', status: 400 });
    }
    const query = { tokens: wallet.address };
    const answer = await attempt(test.app, listWalletBalances, { headers: caller, params, query });
    expect(errorOf(answer)).toMatchObject({ code: 'validation_error', status: 400 });
  });
});

const typed_data = {
  domain: { name: 'Example', version: '1', chainId: 84532 },
  types: {
    Mail: [
      { name: 'to', type: 'address' },
      { name: 'amount', type: 'uint256' },
    ],
  },
  primaryType: 'Mail',
  message: {
    to: '0x90F79bf6EB2c4f870365E785982E1f101E93b906',
    amount: '115792089237316195423570985008687907',
  },
} as const;

describe('signatures', () => {
  const chain = () => createPublicClient({ transport: http(test.localnet.rpcUrl) });

  it('of a plain key recover to its address', async () => {
    const { body: wallet } = await make({ type: 'eoa' });
    const params = { id: wallet.id };
    const text = await call(test.app, signMessage, { headers: caller, params, body: { message: 'Hello' } });
    expect(text.body).toMatchObject({ object: 'signature', id: wallet.id, hash: hashMessage('Hello') });
    const signature = text.body.signature as Hex;
    expect(await recoverMessageAddress({ message: 'Hello', signature })).toBe(wallet.address);
    const bytes = await call(test.app, signMessage, {
      headers: caller,
      params,
      body: { message: '0xDEADbeef', encoding: 'hex' },
    });
    const message = { raw: '0xdeadbeef' as const };
    expect(await recoverMessageAddress({ message, signature: bytes.body.signature as Hex })).toBe(
      wallet.address,
    );
    const typed = await call(test.app, signTypedData, {
      headers: caller,
      params,
      body: { typed_data } as never,
    });
    const data = {
      ...typed_data,
      message: { ...typed_data.message, amount: BigInt(typed_data.message.amount) },
    };
    expect(typed.body.hash).toBe(hashTypedData(data));
    const signed = typed.body.signature as Hex;
    expect(await recoverTypedDataAddress({ ...data, signature: signed })).toBe(wallet.address);
  });

  it('of a smart account verify on the chain before it is deployed (ERC-6492)', async () => {
    const { body: wallet } = await make();
    const address = wallet.address as Hex;
    const params = { id: wallet.id };
    const text = await call(test.app, signMessage, { headers: caller, params, body: { message: 'Hello' } });
    const signature = text.body.signature as Hex;
    expect(await chain().verifyMessage({ address, message: 'Hello', signature })).toBe(true);
    expect(await chain().verifyMessage({ address, message: 'Hullo', signature })).toBe(false);
    const typed = await call(test.app, signTypedData, {
      headers: caller,
      params,
      body: { typed_data } as never,
    });
    const data = {
      ...typed_data,
      message: { ...typed_data.message, amount: BigInt(typed_data.message.amount) },
    };
    const signed = typed.body.signature as Hex;
    expect(await chain().verifyTypedData({ ...data, address, signature: signed })).toBe(true);
  });

  it.each([
    [{ ...typed_data, primaryType: 'Letter' }, 'typed_data'],
    [{ ...typed_data, types: { Mail: [{ name: 'to', type: 'nonsense' }] } }, 'typed_data'],
    [{ ...typed_data, message: { to: 'nobody', amount: '1' } }, 'typed_data'],
    [{ ...typed_data, message: { to: typed_data.message.to, amount: 'many' } }, 'typed_data'],
  ])('are refused for %j', async (wrong, param) => {
    const { body: wallet } = await make({ type: 'eoa' });
    const answer = await attempt(test.app, signTypedData, {
      headers: caller,
      params: { id: wallet.id },
      body: { typed_data: wrong },
    });
    expect(errorOf(answer)).toMatchObject({ code: 'validation_error', param, status: 400 });
  });

  it('are refused for bytes that are none, and for networks out of reach', async () => {
    const { body: wallet } = await make({ type: 'eoa' });
    const params = { id: wallet.id };
    const odd = { message: '0xabc', encoding: 'hex' };
    const answer = await attempt(test.app, signMessage, { headers: caller, params, body: odd });
    expect(errorOf(answer)).toMatchObject({ code: 'validation_error', param: 'message' });
    for (const [op, body] of [
      [signMessage, { message: 'Hello', network: 'base' }],
      [signTypedData, { typed_data, network: 'base' }],
    ] as const) {
      const refused = await attempt(test.app, op, { headers: caller, params, body });
      expect(errorOf(refused)).toMatchObject({ code: 'invalid_network', param: 'network', status: 400 });
    }
  });
});
