import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn, refreshAccess } from '#schemas/facilitator/accounts.ts';
import {
  createUser,
  deleteUser,
  getUser,
  listUsers,
  operations,
  updateUser,
} from '#schemas/facilitator/admin.ts';
import {
  deleteAsset,
  getAsset,
  listAllAssets,
  operations as assetOperations,
  registerAsset,
  updateAsset,
} from '#schemas/facilitator/admin-assets.ts';
import { listMerchantClients } from '#schemas/facilitator/clients.ts';
import { getSupported, listAssets } from '#schemas/facilitator/system.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { newMerchant, newPayer, newPerson, password, paymentBody, verify } from './kit.ts';

let test: TestApp;
let headers: Record<string, string>;
beforeAll(async () => {
  test = await bootApp();
  headers = { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` };
});
afterAll(() => test.close());

const credentials = () => ({ email: `user-${randomUUID()}@example.com`, password });

it.each([...operations, ...assetOperations])('$id is for operators', async (op) => {
  const { bearer } = await newPerson(test.app);
  for (const wrong of [{}, bearer, { authorization: 'Bearer admin' }]) {
    const answer = await attempt(test.app, op, {
      headers: wrong as Record<string, string>,
      params: { id: 1 },
    });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
  }
});

describe('users', () => {
  const create = async (isAdmin = false) => {
    const body = { ...credentials(), is_admin: isAdmin };
    return { ...body, user: (await call(test.app, createUser, { headers, body })).body.data.user };
  };

  it('are made by the seed example, once', async () => {
    const body = { email: 'newuser@example.com', password: 'InitialPassword1!', is_admin: false };
    const { data } = (await call(test.app, createUser, { headers, body })).body;
    expect(data.user).toMatchObject({ email: body.email, isAdmin: false });
    expect(await attempt(test.app, createUser, { headers, body })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    const weak = await attempt(test.app, createUser, {
      headers,
      body: { ...credentials(), password: 'weak' },
    });
    expect(weak).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  it('are listed, oldest first, by pages', async () => {
    const { user } = await create();
    const alone = await call(test.app, getUser, { headers, params: { id: user.id } });
    expect(alone.body).toEqual({ data: { user } });
    const { data } = (await call(test.app, listUsers, { headers, query: { limit: 100 } })).body;
    expect(data.at(-1)).toEqual(user);
    expect(
      (await call(test.app, listUsers, { headers, query: { offset: data.length - 1 } })).body.data,
    ).toEqual([user]);
  });

  it('that are admins see the keys of all', async () => {
    const merchant = await newMerchant(test.app);
    const admin = await create(true);
    const tokens = (await call(test.app, logIn, { body: { email: admin.email, password } })).body.data;
    const bearer = { authorization: `Bearer ${tokens.access_token}` };
    const { data } = (await call(test.app, listMerchantClients, { headers: bearer })).body;
    expect(data.map((one) => one.clientId)).toContain(merchant.clientId);
  });

  it('get a new password, which ends their sessions', async () => {
    const { user, email } = await create();
    const tokens = (await call(test.app, logIn, { body: { email, password } })).body.data;
    const params = { id: user.id };
    await call(test.app, updateUser, {
      headers,
      params,
      body: { password: 'AnotherPassword1!', is_admin: true },
    });
    const refresh = { refresh_token: tokens.refresh_token };
    expect((await attempt(test.app, refreshAccess, { body: refresh })).status).toBe(401);
    expect((await attempt(test.app, logIn, { body: { email, password } })).status).toBe(401);
    await call(test.app, logIn, { body: { email, password: 'AnotherPassword1!' } });
  });

  it('are unlocked', async () => {
    const { user, email } = await create();
    for (let i = 0; i < 11; i += 1)
      await attempt(test.app, logIn, { body: { email, password: 'wrong password' } });
    expect((await attempt(test.app, logIn, { body: { email, password } })).status).toBe(429);
    await call(test.app, updateUser, { headers, params: { id: user.id }, body: { unlock: true } });
    await call(test.app, logIn, { body: { email, password } });
  });

  it('do not take the address of another, nor a weak password', async () => {
    const [one, two] = [await create(), await create()];
    const params = { id: one.user.id };
    const change = (body: object) => attempt(test.app, updateUser, { headers, params, body });
    expect(await change({ email: two.email })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(await change({ password: 'weak' })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
    const unknown = await attempt(test.app, updateUser, { headers, params: { id: 2_000_000 }, body: {} });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('end with all that was theirs', async () => {
    const merchant = await newMerchant(test.app);
    const params = { id: merchant.person.id };
    expect((await call(test.app, deleteUser, { headers, params })).body).toEqual({
      data: { deleted: params.id },
    });
    expect((await attempt(test.app, getSupported, { headers: merchant.headers })).status).toBe(401);
    expect((await attempt(test.app, listMerchantClients, { headers: merchant.person.bearer })).status).toBe(
      401,
    );
    const refresh = { refresh_token: merchant.person.refreshToken };
    expect((await attempt(test.app, refreshAccess, { body: refresh })).status).toBe(401);
    for (const op of [deleteUser, getUser])
      expect(await attempt(test.app, op, { headers, params })).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND' },
      });
  });
});

describe('assets', () => {
  it('are registered with the domain that the token tells, changed and removed', async () => {
    const { localnet, app } = test;
    const body = {
      network: 'base-sepolia',
      asset: localnet.addresses.token.toLowerCase(),
      symbol: 'CHR',
      decimals: 18,
    };
    const { data } = (await call(app, registerAsset, { headers, body })).body;
    expect(data).toMatchObject({ asset: localnet.addresses.token, active: true, minAmount: '0' });
    expect(data.name).toEqual(expect.any(String));
    expect(await attempt(app, registerAsset, { headers, body })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    const shown = async () => (await call(app, listAssets, {})).body.data.map((one) => one.id);
    expect(await shown()).toContain(data.id);
    const params = { id: data.id };
    await call(app, updateAsset, { headers, params, body: { active: false, min_amount: '7' } });
    expect(await shown()).not.toContain(data.id);
    const all = (await call(app, listAllAssets, { headers })).body.data;
    const changed = all.find((one) => one.id === data.id);
    expect(changed).toMatchObject({ active: false, minAmount: '7' });
    expect((await call(app, getAsset, { headers, params })).body.data).toEqual(changed);
    expect((await call(app, deleteAsset, { headers, params })).body).toEqual({ data: { deleted: data.id } });
    for (const op of [deleteAsset, getAsset, updateAsset]) {
      const answer = await attempt(app, op, { headers, params, ...(op === updateAsset ? { body: {} } : {}) });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect((await call(app, registerAsset, { headers, body })).body.data.id).toBe(data.id);
  });

  it('of unknown networks are not', async () => {
    const body = { network: 'solana', asset: test.localnet.addresses.usdc, symbol: 'X', decimals: 6 };
    expect(await attempt(test.app, registerAsset, { headers, body })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });

  it('that are inactive or too little are refused in requirements', async () => {
    const { localnet, app } = test;
    const usdc = (await call(app, listAllAssets, { headers })).body.data.find((one) => one.symbol === 'USDC');
    const params = { id: usdc?.id ?? 0 };
    const merchant = await newMerchant(app);
    const payer = await newPayer(localnet);
    const reason = async () =>
      (await verify(app, merchant, await paymentBody({ localnet, payer, payTo: merchant.payTo }))).body[
        'invalidReason'
      ];
    await call(app, updateAsset, { headers, params, body: { min_amount: '10001' } });
    expect(await reason()).toBe('amount_too_low');
    await call(app, updateAsset, { headers, params, body: { min_amount: '0', active: false } });
    expect(await reason()).toBe('invalid_payment_requirements');
    await call(app, updateAsset, { headers, params, body: { active: true } });
    expect(await reason()).toBe('');
  });
});
