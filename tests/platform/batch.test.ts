import { expect, it } from 'vitest';
import { createBatch, getBatch } from '#schemas/platform/batch.ts';
import { estimateGas } from '#schemas/platform/gas-estimates.ts';
import { approveToken, mintToken } from '#schemas/platform/token-moves.ts';
import { pauseToken } from '#schemas/platform/token-settings.ts';
import { retrieveTransaction } from '#schemas/platform/transactions.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import type { BodyOf } from '#schemas/kit/operation.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { deployToken } from '#schemas/platform/tokens.ts';
import { as, errorOf, newKey } from './kit.ts';
import { done, nobody } from './token-cases.ts';
import { confirmed, issuerOfFile, newIssuer, newRequestKey, newToken, reader, settled } from './token-kit.ts';

const { test, tenant, headers } = await issuerOfFile();

type Operations = BodyOf<typeof createBatch>['operations'];
const batched = (operations: Operations, more: object = {}, who = headers) =>
  attempt(test.app, createBatch, {
    headers: who,
    body: { operations, idempotency_key: newRequestKey(), ...more },
  });
const ended = async (id: string) => {
  const params = { id };
  const first = (await call(test.app, getBatch, { headers, params })).body;
  for (const one of first.operations) {
    if (one.transaction_id) await settled(test, headers, one.transaction_id);
  }
  return (await call(test.app, getBatch, { headers, params })).body;
};
const mintOf = (token_id: string, to: string, amount = '5') => ({
  method: 'mint' as const,
  token_id,
  params: { to, amount },
});

it('in parallel: a hundred, each with a state of its own, what is refused fails alone', async () => {
  const token = await newToken(test, headers);
  const bare = await newToken(test, headers, { features: {} });
  const to = newAddress();
  const all = Array.from({ length: 98 }, () => mintOf(token.id, to, '1'));
  const burn = { method: 'burn' as const, token_id: token.id, params: { amount: '9' } };
  const answer = await batched([...all, mintOf(bare.id, to), burn]);
  expect([answer.status, answer.body['status'], answer.body['mode']]).toEqual([201, 'pending', 'parallel']);
  const batch = await ended(String(answer.body['id']));
  expect(batch.status).toBe('partial');
  expect(batch.operations.slice(0, 98).map(({ status }) => status)).toEqual(all.map(() => 'confirmed'));
  expect(new Set(batch.operations.map((one) => one.transaction_id)).size).toBe(99);
  expect(batch.operations.slice(98)).toMatchObject([
    { status: 'failed', transaction_id: null, error: { code: 'blockchain_error' } },
    { status: 'failed', transaction_id: null, error: { code: 'insufficient_balance' } },
  ]);
  expect(await reader(test)(cloneERC20Abi, token, 'balanceOf', to)).toBe(98n);
}, 120_000);

it('atomic: one user operation, later ones see what earlier ones did, all or none', async () => {
  const token = await newToken(test, headers);
  const to = newAddress();
  const transfer = { method: 'transfer' as const, token_id: token.id, params: { to, amount: '4' } };
  const operations = [
    mintOf(token.id, token.treasury),
    transfer,
    { method: 'pause' as const, token_id: token.id },
  ];
  const answer = await batched(operations, { mode: 'atomic' });
  const batch = await ended(String(answer.body['id']));
  expect(batch).toMatchObject({ mode: 'atomic', status: 'confirmed' });
  const ids = new Set(batch.operations.map((one) => one.transaction_id));
  expect(ids.size).toBe(1);
  const [id] = ids;
  const carrier = (await call(test.app, retrieveTransaction, { headers, params: { id: String(id) } })).body;
  expect(carrier).toMatchObject({ type: 'batch', token_id: token.id, status: 'confirmed' });
  expect(await reader(test)(cloneERC20Abi, token, 'balanceOf', to)).toBe(4n);
  const refused = await batched([mintOf(token.id, to)], { mode: 'atomic' });
  expect(errorOf(refused)).toMatchObject({ status: 502, code: 'blockchain_error' });
  const poor = await newToken(test, headers);
  const broke = await batched([{ ...transfer, token_id: poor.id }], { mode: 'atomic' });
  expect(errorOf(broke)).toMatchObject({ status: 422, code: 'insufficient_balance' });
  const { body: wallet } = await call(test.app, createPlatformWallet, { headers, body: {} });
  const stray = { ...transfer, params: { ...transfer.params, from: wallet.id } };
  const mixed = await batched([mintOf(poor.id, to), stray], { mode: 'atomic' });
  expect(errorOf(mixed)).toMatchObject({ status: 400, code: 'validation_error', param: 'operations.1' });
});

it('happens once for a key', async () => {
  const token = await newToken(test, headers);
  const to = newAddress();
  const idempotency_key = newRequestKey();
  const send = (amount = '5') => batched([mintOf(token.id, to, amount)], { idempotency_key });
  const answers = await Promise.all([send(), send(), send()]);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
  await ended(String(answers[0]!.body['id']));
  const late = await send();
  expect([late.status, late.headers['idempotent-replayed'], late.body['status']]).toEqual([
    200,
    'true',
    'confirmed',
  ]);
  expect(errorOf(await send('6'))).toMatchObject({ status: 409, code: 'idempotency_conflict' });
  expect(await reader(test)(cloneERC20Abi, token, 'totalSupply')).toBe(5n);
});

it('checks each operation against its own scope, and counts once toward the limit', async () => {
  const token = await newToken(test, headers);
  const scopes = ['batch:write', 'transactions:write'] as const;
  const few = as(await newKey(test.app, tenant, { scopes: [...scopes], rate_limit: 2 }));
  const operations = Array.from({ length: 5 }, () => mintOf(token.id, newAddress()));
  expect((await batched(operations, {}, few)).status).toBe(201);
  const pause = { method: 'pause' as const, token_id: token.id };
  const refused = await batched([...operations, pause], {}, few);
  expect(errorOf(refused)).toMatchObject({
    status: 403,
    code: 'forbidden',
    param: 'operations.5.method',
    required_scope: 'tokens:write',
  });
  expect((await batched(operations, {}, few)).status).toBe(429);
});

it('names the operation and the field that is wrong', async () => {
  const token = await newToken(test, headers);
  const good = mintOf(token.id, newAddress());
  const cases = [
    [{ ...good, token_id: 'tok_unknown' }, 404, 'token_not_found', 'operations.1'],
    [{ ...good, params: { ...good.params, to: '0x1' } }, 400, 'invalid_address', 'operations.1.params.to'],
    [
      { ...good, params: { ...good.params, amount: '-1' } },
      400,
      'invalid_amount',
      'operations.1.params.amount',
    ],
    [{ ...good, params: { to: nobody } }, 400, 'missing_field', 'operations.1.params.amount'],
    [
      { ...good, params: { ...good.params, amonut: '1' } },
      400,
      'validation_error',
      'operations.1.params.amonut',
    ],
    [
      { ...good, params: { ...good.params, item_id: '1' } },
      400,
      'validation_error',
      'operations.1.params.item_id',
    ],
  ] as const;
  for (const [bad, status, code, param] of cases) {
    expect(errorOf(await batched([good, bad]))).toMatchObject({ status, code, param });
  }
  const none = await attempt(test.app, getBatch, { headers, params: { id: 'bat_unknown' } });
  expect(errorOf(none)).toMatchObject({ status: 404, code: 'batch_not_found' });
});

const estimated = async (body: BodyOf<typeof estimateGas>, who = headers) =>
  (await call(test.app, estimateGas, { headers: who, body })).body;

it('gas is estimated close to what it takes, with a publishable key, too', async () => {
  const token = await newToken(test, headers);
  const publishable = as(await newKey(test.app, tenant, { type: 'publishable' }));
  const body = { to: newAddress(), amount: '5' };
  const asked = await estimated({ method: 'mint', token_id: token.id, params: body }, publishable);
  expect(asked).toMatchObject({
    method: 'mint',
    network: token.network,
    sponsored: true,
    would_revert: false,
    revert_reason: null,
  });
  const { slow, fast } = asked.speeds;
  expect(BigInt(fast.max_fee_per_gas)).toBeGreaterThanOrEqual(BigInt(slow.max_fee_per_gas));
  expect(fast.cost).toBe((BigInt(asked.gas!) * BigInt(fast.max_fee_per_gas)).toString());
  const real = await done(test, headers, mintToken, token, body);
  const ratio = Number(asked.gas) / Number(real.gas_used);
  expect(ratio).toBeGreaterThan(0.7);
  expect(ratio).toBeLessThan(1.4);
});

it('a deployment is priced before it is made', async () => {
  const params = { name: 'Priced', symbol: 'PRICED', standard: 'ERC20' as const };
  const asked = await estimated({ method: 'deploy', network: 'eip155:84532', params });
  const { body } = await call(test.app, deployToken, { headers, body: params });
  const real = await confirmed(test, headers, body.transaction_id);
  const ratio = Number(asked.gas) / Number(real.gas_used);
  expect(ratio).toBeGreaterThan(0.7);
  expect(ratio).toBeLessThan(1.4);
});

it('says that it would revert, and why', async () => {
  const token = await newToken(test, headers);
  await done(test, headers, pauseToken, token, {});
  const params = { to: newAddress(), amount: '5' };
  const asked = await estimated({ method: 'mint', token_id: token.id, params });
  expect(asked).toMatchObject({ gas: null, would_revert: true, revert_reason: 'EnforcedPause()' });
  expect(asked.speeds.standard.cost).toBeNull();
  await done(test, headers, approveToken, token, { spender: newAddress(), amount: '1' });
});

it('an estimate names what is wrong', async () => {
  const idle = await appOfTest({ env: { ROLE: 'api' } });
  const { headers: mine } = await newIssuer(idle);
  const late = { name: 'Late', symbol: 'LATE', standard: 'ERC20' as const };
  const { body: token } = await call(idle.app, deployToken, { headers: mine, body: late });
  const params = { to: newAddress(), amount: '5' };
  const mint = { method: 'mint', token_id: token.id, params };
  const cases = [
    [mint, 409, 'conflict', undefined],
    [{ ...mint, token_id: 'tok_unknown' }, 404, 'token_not_found', undefined],
    [{ ...mint, token_id: undefined }, 400, 'missing_field', 'token_id'],
    [{ ...mint, params: { ...params, to: 'x' } }, 400, 'invalid_address', 'params.to'],
    [{ ...mint, params: { ...params, amount: 'x' } }, 400, 'invalid_amount', 'params.amount'],
    [{ method: 'deploy', params: { ...late, decimals: 'x' } }, 400, 'validation_error', 'params.decimals'],
    [{ method: 'deploy', network: 'base', params: late }, 400, 'invalid_network', 'network'],
  ] as const;
  for (const [body, status, code, param] of cases) {
    const answer = await attempt(idle.app, estimateGas, { headers: mine, body });
    expect(errorOf(answer), code).toMatchObject({ status, code, ...(param ? { param } : {}) });
  }
  const body = { operations: [mint], idempotency_key: newRequestKey() };
  const waits = await attempt(idle.app, createBatch, { headers: mine, body });
  expect(errorOf(waits)).toMatchObject({ status: 409, code: 'conflict', param: 'operations.0' });
});
