import { parseAbi, parseEventLogs, toHex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { getClient, updateClient } from '#schemas/adapter/clients.ts';
import { executeMint, signMint } from '#schemas/adapter/mint.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import type { BodyOf } from '#schemas/kit/operation.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { networkWith } from './gate.ts';
import {
  admin,
  bearer,
  type Client,
  final,
  mintTo,
  newClient,
  newReceipt,
  newUser,
  tokenOf,
  walletOf,
} from './kit.ts';

type Policy = Exclude<BodyOf<typeof updateClient>['sponsorship'], undefined>;

let bundler: RpcProxy;
/** Two replicas that take requests; what they accept waits until a test runs the lanes. */
let one: TestApp;
let two: TestApp;
let client: Client;
let offset = 0;
let gwei = 2n;
const clock = { now: () => new Date(Date.now() + offset) };

beforeAll(async () => {
  const localnet = inject('localnet');
  bundler = await rpcProxy(localnet.bundlerUrl);
  // A price that stands still: what is refused must not depend on the chain's other users.
  bundler.rule = ({ method }) => {
    const price = { maxFeePerGas: toHex(gwei * 10n ** 9n), maxPriorityFeePerGas: toHex(10n ** 9n) };
    if (method !== 'pimlico_getUserOperationGasPrice') return 'pass';
    return { result: { slow: price, standard: price, fast: price } };
  };
  const networks = networkWith(localnet, { bundlerUrl: bundler.url });
  one = await bootApp({ env: { ROLE: 'api' }, compose: { networks, clock } });
  two = await bootApp({ replicaOf: one, env: { ROLE: 'api' }, compose: { networks, clock } });
});

afterAll(async () => {
  await two.close();
  await one.close();
  await bundler.close();
});

beforeEach(async () => {
  offset = 0;
  gwei = 2n;
  client = await newClient(one);
});

const paid = async (policy: Policy) => {
  const given = { headers: admin(one), params: { clientId: client.clientId }, body: { sponsorship: policy } };
  return (await call(one.app, updateClient, given)).body.client.sponsorship;
};
const usage = async () => {
  const given = { headers: admin(two), params: { clientId: client.clientId } };
  return (await call(two.app, getClient, given)).body.client.sponsorship;
};
const worker = () =>
  appOfTest({
    replicaOf: one,
    compose: { networks: networkWith(one.localnet, { bundlerUrl: bundler.url }), clock },
  });

/** Signs a receipt and asks for its mint. */
async function mint(user: string, app = one, receiptId = newReceipt()) {
  const headers = client.as(user);
  await call(app.app, signMint, { headers, body: { receiptId, amount: '1' } });
  return attempt(app.app, executeMint, { headers, body: { receiptId } });
}

type Refusal = { status: number; code: string } & Partial<
  Record<'rule' | 'limit' | 'left' | 'required' | 'contract' | 'method' | 'field', string>
>;
const refusal = ({ status, body }: Awaited<ReturnType<typeof attempt>>): Refusal => {
  const { code, details } = body['error'] as { code: string; details: Record<string, string> };
  return { status, code, ...details };
};
const idOf = ({ body }: Awaited<ReturnType<typeof attempt>>) => (body['transaction'] as { id: string }).id;
const denied = { status: 403, code: 'SPONSORSHIP_DENIED' };

/** What a mint is held for at today's price. */
async function priceOf(user: string): Promise<bigint> {
  await paid({ dailyBudget: '1' });
  return BigInt(refusal(await mint(user)).required!);
}

describe('the policy', () => {
  test('is set whole, shown with what was spent, and lifted', async () => {
    const contract = one.localnet.addresses.usdc;
    const whole = {
      allow: [{ contract, methods: ['transfer(address,uint256)', '0x095ea7b3'] }],
      maxGas: '1000000',
      dailyBudget: '5',
    };
    const nothing = { spentToday: '0', reservedToday: '0', total: '0' };
    expect(await paid(whole)).toEqual({ policy: whole, ...nothing });
    expect(await paid({ maxGas: '7' })).toEqual({ policy: { maxGas: '7' }, ...nothing });
    expect(await usage()).toEqual({ policy: { maxGas: '7' }, ...nothing });
    expect((await paid(null)).policy).toBeNull();
  });

  test('names methods as selectors are made of them, or is refused', async () => {
    const contract = one.localnet.addresses.usdc;
    const field = async (method: string) => {
      const body = { sponsorship: { allow: [{ contract, methods: ['transfer(address,uint256)', method] }] } };
      const params = { clientId: client.clientId };
      const { code, ...details } = refusal(
        await attempt(one.app, updateClient, { headers: admin(one), params, body }),
      );
      return [code, details.field];
    };
    const wrong = ['VALIDATION_ERROR', 'sponsorship.allow.0.methods.1'];
    for (const method of [
      'transfer',
      'transfer(address, uint256)',
      'mint(address,uint)',
      '0xa9059cb',
      'f(byte[2])',
    ])
      expect(await field(method)).toEqual(wrong);
  });
});

describe('contracts and methods', () => {
  test('what is not on the list is refused by contract and method', async () => {
    const user = newUser();
    const { usdc, token } = one.localnet.addresses;
    await setUsdc(one.localnet, await walletOf(one, client, user), 10n);
    await paid({ allow: [{ contract: usdc, methods: ['transfer(address,uint256)'] }] });
    expect(refusal(await mint(user))).toMatchObject({
      ...denied,
      rule: 'allow',
      contract: one.localnet.addresses.mintVouchers,
      method: expect.stringMatching(/^0x[0-9a-f]{8}$/),
    });
    const transfer = (of: string) =>
      attempt(one.app, transferTokens, {
        headers: client.as(user),
        body: { toUserId: newUser(), token: of, amount: '1' },
      });
    expect((await transfer(usdc)).status).toBe(202);
    await paid({ allow: [{ contract: usdc, methods: ['0x095ea7b3'] }, { contract: token }] });
    expect(refusal(await transfer(usdc))).toMatchObject({ ...denied, contract: usdc, method: '0xa9059cbb' });
    await paid({ allow: [] });
    expect(refusal(await transfer(usdc))).toMatchObject({ ...denied, rule: 'allow' });
  });
});

describe('gas an operation', () => {
  test('calls that take more alone are refused at once', async () => {
    await paid({ maxGas: '30000' });
    expect(refusal(await mint(newUser()))).toMatchObject({ ...denied, rule: 'maxGas', limit: '30000' });
  });

  test('what is only known once the operation is estimated fails unsigned, and frees its receipt', async () => {
    const user = newUser();
    const receiptId = newReceipt();
    await paid({ maxGas: '150000' });
    const accepted = await mint(user, one, receiptId);
    expect(accepted.status).toBe(202);
    const lanes = await worker();
    const failed = await final(lanes, client, user, idOf(accepted));
    expect(failed).toMatchObject({
      status: 'failed',
      userOpHash: null,
      error: { code: 'SPONSORSHIP_DENIED', reason: 'MAX_GAS', message: expect.stringContaining('150000') },
    });
    await paid(null);
    const again = await mint(user, one, receiptId);
    expect(await final(lanes, client, user, idOf(again))).toMatchObject({ status: 'confirmed' });
  });
});

describe('the daily budget', () => {
  test('20 mints at once on two replicas against a budget for 5: five are accepted, nothing is overspent', async () => {
    const user = newUser();
    const lanes = await worker();
    await mintTo(lanes, client, user, 1n);
    await lanes.runtime.close();
    const before = BigInt((await usage()).total);
    const price = await priceOf(user);
    const budget = before + price * 5n + price / 2n;
    await paid({ dailyBudget: budget.toString() });

    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => mint(user, i % 2 ? one : two)));

    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(5);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      const { rule, limit, left, required } = refusal(answer);
      expect([answer.status, rule, limit]).toEqual([403, 'dailyBudget', budget.toString()]);
      expect(BigInt(left!)).toBeLessThan(BigInt(required!));
    }
    const held = await usage();
    expect(BigInt(held.reservedToday)).toBeGreaterThan(price * 4n);
    expect(BigInt(held.spentToday) + BigInt(held.reservedToday)).toBeLessThanOrEqual(budget);

    const again = await worker();
    const ends = await Promise.all(accepted.map((answer) => final(again, client, user, idOf(answer))));
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'confirmed'));
    const cost = ends.reduce((sum, { sponsorCost }) => sum + BigInt(sponsorCost!), 0n);
    const { spentToday, reservedToday, total } = await usage();
    expect([spentToday, reservedToday, total]).toEqual([`${before + cost}`, '0', `${before + cost}`]);
    expect(before + cost).toBeLessThan(budget);
    // It cost less than was held: the rest is there for the next one.
    expect((await mint(user)).status).toBe(202);
  });

  test('with the lanes at work, parallel writes never hold and spend more than the budget', async () => {
    const user = newUser();
    const lanes = await worker();
    await mintTo(lanes, client, user, 1n);
    const price = await priceOf(user);
    const budget = BigInt((await usage()).spentToday) + price * 4n + price / 2n;
    await paid({ dailyBudget: budget.toString() });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => mint(user, i % 2 ? one : lanes)));
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThanOrEqual(4);
    expect(accepted.length).toBeLessThan(20);
    await Promise.all(accepted.map((answer) => final(lanes, client, user, idOf(answer))));
    const { spentToday, reservedToday } = await usage();
    expect(reservedToday).toBe('0');
    expect(BigInt(spentToday)).toBeLessThanOrEqual(budget);
  });

  test('a price that has risen since is refused before it is signed, and what was held is free again', async () => {
    const user = newUser();
    const price = await priceOf(user);
    // Vouchers differ by some bytes, and so do their prices.
    await paid({ dailyBudget: (price * 2n).toString() });
    const accepted = await mint(user);
    expect(accepted.status).toBe(202);
    expect((await usage()).reservedToday).not.toBe('0');
    gwei = 20n;
    const lanes = await worker();
    const failed = await final(lanes, client, user, idOf(accepted));
    expect(failed).toMatchObject({
      status: 'failed',
      userOpHash: null,
      error: { code: 'SPONSORSHIP_DENIED', reason: 'DAILY_BUDGET' },
    });
    expect(await usage()).toMatchObject({ spentToday: '0', reservedToday: '0' });
  });

  test('a new UTC day has a new budget, the total goes on', async () => {
    const user = newUser();
    const lanes = await worker();
    await mintTo(lanes, client, user, 1n);
    const { spentToday } = await usage();
    await paid({ dailyBudget: spentToday });
    expect(refusal(await mint(user))).toMatchObject({ ...denied, left: '0' });
    await paid({ dailyBudget: ((await priceOf(user)) * 2n).toString() });
    offset = 24 * 3_600_000;
    const { clientId, clientSecret } = client;
    const { authorization } = bearer(await tokenOf(one.app, clientId, clientSecret));
    client = { ...client, as: (userId) => ({ authorization, 'x-user-id': userId }) };
    expect((await mint(user)).status).toBe(202);
    // The worker may have run it meanwhile: then it is spent, else reserved.
    const today = await usage();
    expect(BigInt(today.spentToday) + BigInt(today.reservedToday)).toBeGreaterThan(0n);
    expect(BigInt(today.total) - BigInt(today.spentToday)).toBe(BigInt(spentToday));
  });
});

test('mints that share an operation share its cost to the wei', async () => {
  const users = Array.from({ length: 7 }, newUser);
  const accepted = await Promise.all(users.map((user) => mint(user)));
  const lanes = await worker();
  const ends = await Promise.all(accepted.map((answer, i) => final(lanes, client, users[i]!, idOf(answer))));
  const [operation, ...others] = new Set(ends.map(({ userOpHash }) => userOpHash));
  expect(others).toEqual([]);
  const chain = createLocalnetClient(one.localnet.rpcUrl);
  const { logs } = await chain.getTransactionReceipt({ hash: ends[0]!.txHash as `0x${string}` });
  const abi = parseAbi([
    'event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)',
  ]);
  const { args } = parseEventLogs({ abi, logs }).find((log) => log.args.userOpHash === operation)!;
  const sum = (values: (string | null)[]) => values.reduce((total, value) => total + BigInt(value ?? 0), 0n);
  expect(sum(ends.map(({ sponsorCost }) => sponsorCost))).toBe(args.actualGasCost);
  expect(sum(ends.map(({ gasUsed }) => gasUsed))).toBe(args.actualGasUsed);
  expect(BigInt((await usage()).spentToday)).toBe(args.actualGasCost);
});
