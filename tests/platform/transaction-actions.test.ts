import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { listEvents } from '#schemas/platform/events.ts';
import { mintToken, transferToken } from '#schemas/platform/token-moves.ts';
import { pauseToken } from '#schemas/platform/token-settings.ts';
import { deployToken, getToken } from '#schemas/platform/tokens.ts';
import * as ops from '#schemas/platform/transaction-actions.ts';
import { retrieveTransaction } from '#schemas/platform/transactions.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { errorOf } from './kit.ts';
import { done } from './token-cases.ts';
import { confirmed, type Headers, newIssuer, newRequestKey, newToken, reader, settled } from './token-kit.ts';

let test: TestApp;
let bundler: RpcProxy;
let headers: Headers;
beforeAll(async () => {
  const localnet = inject('localnet');
  bundler = await rpcProxy(localnet.bundlerUrl);
  test = await bootApp({ localnet: { ...localnet, bundlerUrl: bundler.url } });
  ({ headers } = await newIssuer(test));
});
afterAll(async () => {
  await test.close();
  await bundler.close();
});

const timeline = async (id: string) =>
  (await call(test.app, ops.getTransactionTimeline, { headers, params: { id } })).body;
const read = async (id: string) =>
  (await call(test.app, retrieveTransaction, { headers, params: { id } })).body;
/** What was told of a transaction, oldest first. */
const told = async (id: string) => {
  const { body } = await call(test.app, listEvents, { headers, query: { limit: 100 } });
  const mine = body.data.filter(({ data }) => (data as { id?: string }).id === id).toReversed();
  return mine.map(({ type, data }) => ({ ...data, type: type.replace('transaction.', '') }));
};
const words = async (id: string) => (await told(id)).map(({ type }) => type);
/** The transaction once it looks as wanted. */
async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    await pause(50);
  }
}
const sendTo = async (token: { id: string }, to = newAddress()) => {
  const body = { to, amount: '5', idempotency_key: newRequestKey() };
  return (await call(test.app, mintToken, { headers, params: { id: token.id }, body })).body;
};

it('tells of every attempt', async () => {
  const token = await newToken(test, headers);
  const sent = await confirmed(test, headers, (await sendTo(token)).id);
  const { transaction, attempts } = await timeline(sent.id);
  expect(transaction).toEqual(sent);
  expect(attempts).toMatchObject([
    {
      hash: sent.user_op_hash,
      tx_hash: sent.tx_hash,
      block_number: sent.block_number,
      success: true,
      replaces: null,
    },
  ]);
  const none = await attempt(test.app, ops.getTransactionTimeline, { headers, params: { id: 'tx_unknown' } });
  expect(errorOf(none)).toMatchObject({ status: 404, code: 'transaction_not_found' });
});

it('is outbid while no block has it, and then goes through once', async () => {
  const token = await newToken(test, headers);
  const to = newAddress();
  bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const { id } = await sendTo(token, to);
  await until(
    () => timeline(id),
    ({ attempts }) => attempts[0]?.sent != null,
  );
  await call(test.app, ops.speedUpTransaction, { headers, params: { id } });
  const { attempts } = await until(
    () => timeline(id),
    (seen) => seen.attempts.length > 1,
  );
  const [first, second] = attempts;
  const events = await told(id);
  expect(events).toMatchObject([
    { type: 'created', user_op_hash: null },
    { type: 'submitted', user_op_hash: first!.hash },
    { type: 'replaced', user_op_hash: second!.hash },
  ]);
  expect(second).toMatchObject({ replaces: first!.hash, nonce: first!.nonce });
  expect(BigInt(second!.max_fee_per_gas)).toBeGreaterThanOrEqual(
    (BigInt(first!.max_fee_per_gas) * 11n) / 10n,
  );
  const refused = await attempt(test.app, ops.cancelTransaction, { headers, params: { id } });
  expect(errorOf(refused)).toMatchObject({ status: 409, code: 'conflict' });
  bundler.rule = () => 'pass';
  const last = await confirmed(test, headers, id);
  expect(await reader(test)(cloneERC20Abi, token, 'balanceOf', to)).toBe(5n);
  const ended = await timeline(id);
  expect(ended.attempts.filter(({ success }) => success)).toMatchObject([{ hash: last.user_op_hash }]);
  for (const op of [ops.speedUpTransaction, ops.cancelTransaction, ops.retryTransaction]) {
    const over = await attempt(test.app, op, { headers, params: { id } });
    expect(errorOf(over), op.id).toMatchObject({ status: 409, code: 'conflict' });
  }
});

it('queued ones are cancelled, sent ones are not, and no other tenant can', async () => {
  const token = await newToken(test, headers);
  bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const first = await sendTo(token);
  await until(
    () => read(first.id),
    ({ status }) => status === 'submitted',
  );
  const [one, two] = [await sendTo(token), await sendTo(token)];
  const cancel = (id: string, who = headers) =>
    attempt(test.app, ops.cancelTransaction, { headers: who, params: { id } });
  const stranger = await newIssuer(test);
  expect(errorOf(await cancel(one.id, stranger.headers))).toMatchObject({ status: 404 });
  const cancelled = await cancel(one.id);
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'failed', error: { code: 'cancelled' } } });
  expect((await cancel(one.id)).body).toEqual(cancelled.body);
  expect(await told(one.id)).toMatchObject([
    { type: 'created' },
    { type: 'failed', error: { code: 'cancelled' } },
  ]);
  expect(errorOf(await cancel(first.id))).toMatchObject({ status: 409 });
  bundler.rule = () => 'pass';
  await confirmed(test, headers, first.id);
  await confirmed(test, headers, two.id);
  expect((await read(one.id)).status).toBe('failed');
  expect(await reader(test)(cloneERC20Abi, token, 'totalSupply')).toBe(10n);
  for (const op of [ops.cancelTransaction, ops.speedUpTransaction, ops.retryTransaction]) {
    const none = await attempt(test.app, op, { headers, params: { id: 'tx_unknown' } });
    expect(errorOf(none), op.id).toMatchObject({ status: 404, code: 'transaction_not_found' });
  }
});

it('failed ones are sent anew, once', async () => {
  const token = await newToken(test, headers, { initial_supply: '10' });
  const send = async () => {
    const body = { to: newAddress(), amount: '8', idempotency_key: newRequestKey() };
    return (await call(test.app, transferToken, { headers, params: { id: token.id }, body })).body;
  };
  const sent = await Promise.all([send(), send()]);
  const ended = await Promise.all(sent.map(({ id }) => settled(test, headers, id)));
  const failed = ended.find(({ status }) => status === 'failed')!;
  const retry = () => attempt(test.app, ops.retryTransaction, { headers, params: { id: failed.id } });
  expect(errorOf(await retry())).toMatchObject({ status: 422, code: 'insufficient_balance' });
  await done(test, headers, mintToken, token, { to: token.treasury, amount: '6' });
  const answers = await Promise.all([retry(), retry(), retry()]);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
  const again = await confirmed(test, headers, String(answers[0]!.body['id']));
  expect([again.retry_of, failed.retry_of]).toEqual([failed.id, null]);
  expect((await told(again.id))[0]).toMatchObject({ type: 'created', retry_of: failed.id });
  expect((await words(failed.id)).at(-1)).toBe('failed');
  expect((await retry()).status).toBe(200);
  expect(await reader(test)(cloneERC20Abi, token, 'balanceOf', token.treasury)).toBe(0n);
});

it('a deployment that was cancelled is made again at the same address', async () => {
  const idle = await appOfTest({ env: { ROLE: 'api' } });
  const { headers: mine } = await newIssuer(idle);
  const body = { name: 'Late', symbol: 'LATE', standard: 'ERC20' as const };
  const { body: token } = await call(idle.app, deployToken, { headers: mine, body });
  const params = { id: token.transaction_id };
  await call(idle.app, ops.cancelTransaction, { headers: mine, params });
  const shown = async () =>
    (await call(idle.app, getToken, { headers: mine, params: { id: token.id } })).body;
  expect(await shown()).toMatchObject({ status: 'failed' });
  const again = await call(idle.app, ops.retryTransaction, { headers: mine, params });
  expect(await shown()).toMatchObject({
    status: 'deploying',
    transaction_id: again.body.id,
    address: token.address,
  });
});

it('a retry that the chain still refuses says so', async () => {
  const token = await newToken(test, headers, { features: { mintable: true, pausable: true } });
  bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const first = await sendTo(token);
  await until(
    () => read(first.id),
    ({ status }) => status === 'submitted',
  );
  const { id } = await sendTo(token);
  await call(test.app, ops.cancelTransaction, { headers, params: { id } });
  bundler.rule = () => 'pass';
  await confirmed(test, headers, first.id);
  await done(test, headers, pauseToken, token, {});
  const refused = await attempt(test.app, ops.retryTransaction, { headers, params: { id } });
  expect(errorOf(refused)).toMatchObject({ status: 502, code: 'blockchain_error' });
  expect(errorOf(refused)['message']).toContain('EnforcedPause');
});
