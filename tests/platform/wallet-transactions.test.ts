import { afterAll, beforeAll, expect, it } from 'vitest';
import { transferToken } from '#schemas/platform/token-moves.ts';
import { listTransactionsOfWallet } from '#schemas/platform/transactions.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { errorOf } from './kit.ts';
import { confirmed, mint, newIssuer, newRequestKey, newToken } from './token-kit.ts';

let test: TestApp;
beforeAll(async () => {
  test = await bootApp();
});
afterAll(() => test.close());

it('the transactions of a wallet are those it sent, newest first, page by page', async () => {
  const { headers } = await newIssuer(test);
  const make = async () => (await call(test.app, createPlatformWallet, { headers, body: {} })).body;
  const [wallet, other] = [await make(), await make()];
  const token = await newToken(test, headers);
  await mint(test, headers, token, { to: wallet.address, amount: '100' });
  const sent: string[] = [];
  for (const amount of ['1', '2', '3']) {
    const { body } = await call(test.app, transferToken, {
      headers,
      params: { id: token.id },
      body: { from: wallet.id, to: newAddress(), amount, idempotency_key: newRequestKey() },
    });
    sent.unshift(body.id);
  }
  const list = async (id: string, query: object = {}) =>
    (await call(test.app, listTransactionsOfWallet, { headers, params: { id }, query })).body;
  const first = await list(wallet.id, { limit: 2 });
  expect(first).toMatchObject({ object: 'list', has_more: true, total: 3 });
  const second = await list(wallet.id, { limit: 2, starting_after: sent[1]! });
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(sent);
  expect(second).toMatchObject({ has_more: false, total: 3 });
  await confirmed(test, headers, sent[0]!);
  const { data } = await list(wallet.id, { status: 'confirmed', type: first.data[0]!.type });
  expect(data[0]).toMatchObject({ id: sent[0], from: wallet.address, status: 'confirmed', amount: '3' });
  expect(await list(other.id)).toEqual({ object: 'list', data: [], has_more: false, total: 0 });
  const nowhere = { headers, params: { id: 'wal_0' } };
  const answer = await attempt(test.app, listTransactionsOfWallet, nowhere);
  expect(errorOf(answer)).toMatchObject({ code: 'wallet_not_found', status: 404 });
});
