import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#schemas/index.ts';
import { issueToken, registerClient } from '#schemas/adapter/auth.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import {
  createWallet,
  getBalance,
  getWallet,
  listWalletTransactions,
  transferTokens,
} from '#schemas/adapter/wallet.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { admin, type Client, newClient, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let client: Client;
let user: string;

beforeAll(async () => {
  world = await bootApp();
  client = await newClient(world);
  user = newUser();
  await walletOf(world, client, user);
});

afterAll(() => world.close());

const ofUsers: readonly Operation[] = operations.filter(
  (op) => op.plane === 'adapter' && op.headers?.properties['X-User-Id'],
);

/** A request as the operation's example shows it. */
const exampleOf = (op: Operation) => ({
  params: op.examples.params,
  query: op.examples.query,
  body: op.examples.body,
});
const headersOf = (op: Operation) => (op.auth === 'admin' ? admin(world) : client.as(user));

async function field(op: Operation, given: Parameters<typeof attempt>[2]): Promise<unknown> {
  const { status, body } = await attempt(world.app, op, {
    ...given,
    headers: { ...headersOf(op), ...given?.headers },
  });
  const { code, details } = body['error'] as { code: string; details?: { field?: string } };
  expect([status, code]).toEqual([400, 'VALIDATION_ERROR']);
  return details?.field;
}

describe('every operation on behalf of a user', () => {
  test('there are such operations', () => expect(ofUsers.length).toBeGreaterThan(8));

  test.for(ofUsers.map((op) => [op.id, op] as const))('%s wants to know of whom', async ([, op]) => {
    const { 'x-user-id': _user, ...anonymous } = client.as(user);
    const none = await outcome(world.app, op, { ...exampleOf(op), headers: anonymous });
    expect(none).toEqual([400, 'MISSING_USER_ID']);
    expect(await field(op, { ...exampleOf(op), headers: { 'x-user-id': 'two words' } })).toBe('x-user-id');
    expect(await field(op, { ...exampleOf(op), headers: { 'x-user-id': 'x'.repeat(256) } })).toBe(
      'x-user-id',
    );
  });
});

describe('single fields', () => {
  const token = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';

  test('amounts are whole positive numbers as text, below 2^256', async () => {
    for (const amount of ['0', '-1', '1.5', '1e18', '0x10', '', '01', 1, (2n ** 256n).toString()]) {
      expect(await field(transferTokens, { body: { to: token, token, amount } })).toBe('amount');
      expect(await field(signMint, { body: { receiptId: 'r', amount } })).toBe('amount');
    }
  });

  test('a transfer names exactly one receiver, and not one that would lose the tokens', async () => {
    const other = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
    const transfer = (body: object) => field(transferTokens, { body: { token, amount: '1', ...body } });
    expect(await transfer({})).toBe('to');
    expect(await transfer({ to: other, toUserId: 'u' })).toBe('to');
    expect(await transfer({ to: `0x${'0'.repeat(40)}` })).toBe('to');
    expect(await transfer({ to: token.toLowerCase() })).toBe('to');
    expect(await transfer({ to: '0x1234' })).toBe('to');
  });

  test('networks, tokens, waits and pages', async () => {
    const network = 'atlantis';
    expect(await field(createWallet, { query: { network } })).toBe('network');
    expect(await field(getWallet, { query: { network } })).toBe('network');
    expect(await field(getBalance, { query: { network } })).toBe('network');
    expect(await field(signMint, { body: { receiptId: 'r', amount: '1', network } })).toBe('network');
    expect(await field(getBalance, { query: { token: '0x12' } })).toBe('token');
    const noToken = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
    expect(await field(getBalance, { query: { token: noToken } })).toBe('token');
    expect(await field(listWalletTransactions, { query: { limit: 0 } })).toBe('limit');
    expect(await field(listWalletTransactions, { query: { status: 'lost' } })).toBe('status');
    expect(await field(getTransaction, { params: { id: 'tx_1' }, query: { wait: 31 } })).toBe('wait');
    expect(await field(getMintStatus, { params: { receiptId: 'two words' } })).toBe('receiptId');
    expect(await field(executeMint, { body: { receiptId: 'r', signature: '0xabc' } })).toBe('signature');
    expect(await field(registerClient, { body: { name: ' ', scopes: ['wallet'], tier: 'starter' } })).toBe(
      'name',
    );
    expect(await field(issueToken, { body: { clientId: 'x' } })).toBe('clientSecret');
  });
});
