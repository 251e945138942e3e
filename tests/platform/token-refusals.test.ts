import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import * as roles from '#schemas/platform/roles.ts';
import * as reads from '#schemas/platform/token-reads.ts';
import { deployToken } from '#schemas/platform/tokens.ts';
import { listTokenTransactions, retrieveTransaction } from '#schemas/platform/transactions.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { errorOf } from './kit.ts';
import { type MoveCase, moveCases, nobody } from './token-cases.ts';
import { type Headers, newIssuer, newRequestKey, newToken, type Token } from './token-kit.ts';

let test: TestApp;
let headers: Headers;
let cases: MoveCase[];
beforeAll(async () => {
  test = await bootApp();
  ({ headers } = await newIssuer(test));
  cases = await moveCases(test, headers);
}, 120_000);
afterAll(() => test.close());

const asked = ({ op, body }: MoveCase, token: Pick<Token, 'id'>, change: object = {}) =>
  attempt(test.app, op, {
    headers,
    params: { id: token.id },
    body: { ...body, idempotency_key: newRequestKey(), ...change },
  });
const refused = async (one: MoveCase, token: Pick<Token, 'id'>, change: object = {}) =>
  errorOf(await asked(one, token, change));

it('every action knows its own tokens alone', async () => {
  for (const one of cases) {
    const answer = await refused(one, { id: 'tok_unknown' });
    expect(answer, one.op.id).toMatchObject({ status: 404, code: 'token_not_found' });
  }
});

it('every action names the field that is wrong', async () => {
  for (const one of cases) {
    const missing = await refused(one, one.token, { idempotency_key: undefined });
    expect(missing, one.op.id).toMatchObject({ code: 'missing_field', param: 'idempotency_key' });
    for (const [field, value] of Object.entries(one.body)) {
      const code =
        typeof value !== 'string' ? null : /^0x[0-9a-fA-F]{40}$/.test(value) ? 'address' : 'amount';
      if (!code || (code === 'amount' && field !== 'amount')) continue;
      const wrong = await refused(one, one.token, { [field]: '1.5' });
      expect(wrong, one.op.id).toMatchObject({ status: 400, code: `invalid_${code}`, param: field });
    }
    const [item] = (one.body['items'] as Record<string, string>[] | undefined) ?? [];
    if (!item) continue;
    const amount = await refused(one, one.token, { items: [item, { ...item, amount: 'x' }] });
    expect(amount, one.op.id).toMatchObject({ code: 'invalid_amount', param: 'items.1.amount' });
    const whose = await refused(one, one.token, { items: [{ ...item, amount: undefined }] });
    expect(whose, one.op.id).toMatchObject({ code: 'missing_field', param: 'items.0.amount' });
    if (!item['to']) continue;
    const to = await refused(one, one.token, { items: [{ ...item, to: '0x1' }] });
    expect(to, one.op.id).toMatchObject({ code: 'invalid_address', param: 'items.0.to' });
  }
});

it('every action says what the contract would', async () => {
  for (const one of cases) {
    if (!one.refused) continue;
    const { token = one.token, body, reason } = one.refused;
    const answer = await refused(one, token, body);
    expect(answer, one.op.id).toMatchObject({ status: 502, code: 'blockchain_error' });
    expect(answer['message'], one.op.id).toContain(reason);
  }
});

it('nothing asks for more than there is', async () => {
  for (const one of cases.filter(({ tooMuch }) => tooMuch)) {
    const answer = await refused(one, one.token, one.tooMuch);
    expect(answer, one.op.id).toMatchObject({ status: 422, code: 'insufficient_balance' });
  }
});

it('every action happens once for a key, and another body under it is a conflict', async () => {
  for (const one of cases) {
    const key = { idempotency_key: newRequestKey() };
    const first = await asked(one, one.token, key);
    expect(first.status, `${one.op.id} ${JSON.stringify(first.body)}`).toBe(201);
    const again = await asked(one, one.token, key);
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(again.body['id']).toBe(first.body['id']);
    const token = Object.keys(one.other).length > 0 ? one.token : { id: cases[0]!.token.id };
    const other = await refused(one, token, { ...one.other, ...key });
    expect(other, one.op.id).toMatchObject({ status: 409, code: 'idempotency_conflict' });
  }
});

it('every action and every read waits until the token is deployed', async () => {
  const idle = await appOfTest({ env: { ROLE: 'api' } });
  const { headers: mine } = await newIssuer(idle);
  const late = { name: 'Late', symbol: 'LATE', standard: 'ERC20' as const };
  const { body: token } = await call(idle.app, deployToken, { headers: mine, body: late });
  const params = { id: token.id };
  for (const { op, body } of cases) {
    const whole = { ...body, idempotency_key: newRequestKey() };
    // What this standard cannot do is refused first.
    if (['setTokenRoyalty', 'setTokenApprovalForAll', 'transferTokenAndCall'].includes(op.id)) {
      const { body: other } = await call(idle.app, deployToken, {
        headers: mine,
        body: { ...late, standard: op.id === 'transferTokenAndCall' ? 'ERC1363' : 'ERC1155' },
      });
      params.id = other.id;
    } else params.id = token.id;
    const answer = await attempt(idle.app, op, { headers: mine, params, body: whole });
    expect(errorOf(answer), op.id).toMatchObject({ status: 409, code: 'conflict' });
  }
  const query = {
    account: nobody,
    spender: nobody,
    operator: nobody,
    of: nobody,
    role: 'MINTER_ROLE',
    item_id: '1',
  };
  for (const op of [...reads.operations, roles.listTokenRoles, roles.checkTokenRole]) {
    const answer = await attempt(idle.app, op, { headers: mine, params: { id: token.id }, query });
    expect(errorOf(answer), op.id).toMatchObject({ status: 409, code: 'conflict' });
    const unknown = await attempt(idle.app, op, { headers: mine, params: { id: 'tok_unknown' }, query });
    expect(errorOf(unknown), op.id).toMatchObject({ status: 404, code: 'token_not_found' });
  }
}, 120_000);

it('takes from accounts of its tenant alone', async () => {
  const [, transfer] = cases;
  for (const from of [nobody, 'wal_unknown']) {
    const wrong = await refused(transfer!, transfer!.token, { from });
    expect(wrong).toMatchObject({ status: 400, code: 'validation_error', param: 'from' });
  }
});

it('keeps the last admin', async () => {
  const token = await newToken(test, headers);
  const admin = { role: 'DEFAULT_ADMIN_ROLE', account: token.treasury };
  for (const { op } of cases) {
    if (op !== roles.revokeTokenRole && op !== roles.renounceTokenRole) continue;
    const { account: _account, ...own } = admin;
    const body = { ...(op === roles.revokeTokenRole ? admin : own), idempotency_key: newRequestKey() };
    const answer = await attempt(test.app, op, { headers, params: { id: token.id }, body });
    expect(errorOf(answer), op.id).toMatchObject({ status: 409, code: 'last_admin' });
  }
});

it('reads name the address that is none', async () => {
  const token = cases[0]!.token;
  const wrong = [
    [reads.getTokenBalance, { account: '0x1' }, 'account'],
    [reads.getTokenAllowance, { spender: '0x1' }, 'spender'],
    [reads.getTokenApprovalForAll, { operator: '0x1' }, 'operator'],
    [roles.checkTokenRole, { role: 'MINTER_ROLE', account: '0x1' }, 'account'],
  ] as const;
  for (const [op, query, param] of wrong) {
    const answer = await attempt(test.app, op, { headers, params: { id: token.id }, query });
    expect(errorOf(answer), op.id).toMatchObject({ status: 400, code: 'invalid_address', param });
  }
});

it('each standard refuses what it does not have', async () => {
  const coin = cases[0]!.token;
  const params = { id: coin.id };
  const item = await attempt(test.app, reads.getTokenApproved, { headers, params, query: { item_id: '1' } });
  expect(errorOf(item)).toMatchObject({ status: 400, code: 'validation_error', param: 'id' });
  const held = await attempt(test.app, reads.getTokenBalance, { headers, params, query: { item_id: '1' } });
  expect(errorOf(held)).toMatchObject({ status: 400, param: 'item_id' });
  const minted = await refused(cases[0]!, coin, { item_id: '1' });
  expect(minted).toMatchObject({ status: 400, param: 'item_id' });
  const uri = await refused(cases[0]!, coin, { uri: 'ipfs://x' });
  expect(uri).toMatchObject({ status: 400, param: 'uri' });
});

it('finds no transaction of another name', async () => {
  const one = await attempt(test.app, retrieveTransaction, { headers, params: { id: 'tx_unknown' } });
  expect(errorOf(one)).toMatchObject({ status: 404, code: 'transaction_not_found' });
  const listed = await attempt(test.app, listTokenTransactions, { headers, params: { id: 'tok_unknown' } });
  expect(errorOf(listed)).toMatchObject({ status: 404, code: 'token_not_found' });
});

it('says what a chain answers that refuses a deployment, and that it is away', async () => {
  const { localnet } = test;
  const proxy = await rpcProxy(localnet.rpcUrl);
  onTestFinished(() => proxy.close());
  const far = await appOfTest({ localnet: { ...localnet, rpcUrl: proxy.url } });
  const { headers: mine } = await newIssuer(far);
  const token = await newToken(far, mine);
  const body = { name: 'Never', symbol: 'NEVER', standard: 'ERC20' as const };
  const error = { code: 3, message: 'execution reverted', data: '0x' };
  proxy.rule = ({ method }) => (method === 'eth_call' ? { error } : 'pass');
  const answer = await attempt(far.app, deployToken, { headers: mine, body });
  expect(errorOf(answer)).toMatchObject({ status: 502, code: 'blockchain_error' });
  const renounced = await attempt(far.app, roles.renounceTokenRole, {
    headers: mine,
    params: { id: token.id },
    body: { role: 'PAUSER_ROLE', idempotency_key: newRequestKey() },
  });
  expect(errorOf(renounced)).toMatchObject({ status: 502, code: 'blockchain_error' });
  proxy.rule = () => 'drop';
  const away = await attempt(far.app, deployToken, { headers: mine, body });
  expect(errorOf(away)).toMatchObject({ status: 503, code: 'service_unavailable' });
  expect(away.headers['retry-after']).toBe('5');
});
