import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Operation } from '#schemas/kit/operation.ts';
import * as moves from '#schemas/platform/token-moves.ts';
import { deployToken } from '#schemas/platform/tokens.ts';
import { listTokenTransactions, retrieveTransaction } from '#schemas/platform/transactions.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { errorOf } from './kit.ts';
import { type Headers, newIssuer, newRequestKey, newToken, type Token } from './token-kit.ts';

let test: TestApp;
let headers: Headers;
/** Mintable, burnable, pausable, and nobody has any of it. */
let empty: Token;
/** Can do nothing. */
let bare: Token;
beforeAll(async () => {
  test = await bootApp();
  ({ headers } = await newIssuer(test));
  empty = await newToken(test, headers);
  bare = await newToken(test, headers, { features: {} });
});
afterAll(() => test.close());

const operations: readonly Operation[] = moves.operations;
const named = operations.map((op) => [op.id, op] as const);
const bodyOf = (op: Operation, change: object = {}) => ({
  ...(op.examples.body as object),
  idempotency_key: newRequestKey(),
  ...change,
});
const refused = async (op: Operation, id: string, change: object = {}) =>
  errorOf(await attempt(test.app, op, { headers, params: { id }, body: bodyOf(op, change) }));

describe.each(named)('%s', (_, op) => {
  it('knows its own tokens alone', async () => {
    expect(await refused(op, 'tok_unknown')).toMatchObject({ status: 404, code: 'token_not_found' });
  });

  it('needs a key, and no other body under it', async () => {
    const missing = await refused(op, empty.id, { idempotency_key: undefined });
    expect(missing).toMatchObject({ status: 400, code: 'missing_field', param: 'idempotency_key' });
  });

  it('names the field that is wrong', async () => {
    const { to, spender, amount } = op.examples.body as Record<string, string>;
    if (to ?? spender) {
      const field = to ? 'to' : 'spender';
      expect(await refused(op, empty.id, { [field]: '0x12' })).toMatchObject({
        status: 400,
        code: 'invalid_address',
        param: field,
      });
    }
    if (amount) {
      const wrong = await refused(op, empty.id, { amount: '1.5' });
      expect(wrong).toMatchObject({ status: 400, code: 'invalid_amount', param: 'amount' });
      const missing = await refused(op, empty.id, { amount: undefined });
      expect(missing).toMatchObject({ status: 400, code: 'missing_field', param: 'amount' });
    }
    const item = await refused(op, empty.id, { item_id: '1' });
    expect(item).toMatchObject({ status: 400, param: 'item_id' });
  });
});

const nobody = `0x${'00'.repeat(20)}`;

it.each([
  [moves.mintToken, {}, 'AccessControlUnauthorizedAccount'],
  [moves.transferToken, { to: nobody }, 'ERC20InvalidReceiver'],
  [moves.burnToken, {}, 'FeatureDisabled'],
  [moves.approveToken, { spender: nobody }, 'ERC20InvalidSpender'],
] as const)('says what the contract would: %#', async (op: Operation, change, reason) => {
  const answer = await refused(op, bare.id, change);
  expect(answer).toMatchObject({ status: 502, code: 'blockchain_error' });
  expect(answer['message']).toContain(reason);
});

it.each([[moves.transferToken], [moves.burnToken]])(
  'asks for more than there is: %#',
  async (op: Operation) => {
    expect(await refused(op, empty.id)).toMatchObject({ status: 422, code: 'insufficient_balance' });
  },
);

it.each(named.filter(([id]) => id === 'mintToken' || id === 'approveToken'))(
  '%s under a used key is a conflict',
  async (_, op) => {
    const body = bodyOf(op);
    const params = { id: empty.id };
    expect((await attempt(test.app, op, { headers, params, body })).status).toBe(201);
    expect((await attempt(test.app, op, { headers, params, body })).status).toBe(200);
    const other = await attempt(test.app, op, { headers, params, body: { ...body, amount: '2' } });
    expect(errorOf(other)).toMatchObject({ status: 409, code: 'idempotency_conflict' });
  },
);

it.each([[moves.transferToken], [moves.burnToken]])('a used key is a conflict: %#', async (op: Operation) => {
  const token = await newToken(test, headers, { initial_supply: '5000000' });
  const body = bodyOf(op);
  const params = { id: token.id };
  expect((await attempt(test.app, op, { headers, params, body })).status).toBe(201);
  expect((await attempt(test.app, op, { headers, params, body })).status).toBe(200);
  const other = await attempt(test.app, op, { headers, params, body: { ...body, amount: '2' } });
  expect(errorOf(other)).toMatchObject({ status: 409, code: 'idempotency_conflict' });
});

it('takes from accounts of its tenant alone', async () => {
  const wrong = await refused(moves.transferToken, empty.id, { from: nobody });
  expect(wrong).toMatchObject({ status: 400, code: 'validation_error', param: 'from' });
  const other = await refused(moves.transferToken, empty.id, { from: 'wal_unknown' });
  expect(other).toMatchObject({ status: 400, param: 'from' });
});

it('finds no transaction of another name', async () => {
  const asked = await attempt(test.app, retrieveTransaction, { headers, params: { id: 'tx_unknown' } });
  expect(errorOf(asked)).toMatchObject({ status: 404, code: 'transaction_not_found' });
  const listed = await attempt(test.app, listTokenTransactions, { headers, params: { id: 'tok_unknown' } });
  expect(errorOf(listed)).toMatchObject({ status: 404, code: 'token_not_found' });
});

it('waits with moves until the token is deployed', async () => {
  const idle = await appOfTest({ env: { ROLE: 'api' } });
  const { headers: mine } = await newIssuer(idle);
  const body = { name: 'Late', symbol: 'LATE', standard: 'ERC20' as const };
  const { body: token } = await call(idle.app, deployToken, { headers: mine, body });
  for (const op of operations) {
    const params = { id: token.id };
    const answer = await attempt(idle.app, op, { headers: mine, params, body: bodyOf(op) });
    expect(errorOf(answer), op.id).toMatchObject({ status: 409, code: 'conflict' });
  }
});

it('says what a chain answers that refuses a deployment, and that it is away', async () => {
  const { localnet } = test;
  const proxy = await rpcProxy(localnet.rpcUrl);
  onTestFinished(() => proxy.close());
  const far = await appOfTest({ localnet: { ...localnet, rpcUrl: proxy.url } });
  const { headers: mine } = await newIssuer(far);
  const body = { name: 'Never', symbol: 'NEVER', standard: 'ERC20' as const };
  const error = { code: 3, message: 'execution reverted', data: '0x' };
  proxy.rule = ({ method }) => (method === 'eth_call' ? { error } : 'pass');
  const answer = await attempt(far.app, deployToken, { headers: mine, body });
  expect(errorOf(answer)).toMatchObject({ status: 502, code: 'blockchain_error' });
  proxy.rule = () => 'drop';
  const away = await attempt(far.app, deployToken, { headers: mine, body });
  expect(errorOf(away)).toMatchObject({ status: 503, code: 'service_unavailable' });
  expect(away.headers['retry-after']).toBe('5');
});
