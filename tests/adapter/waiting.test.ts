import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type Client, newClient, newUser, outcome, walletOf } from './kit.ts';

/** A replica that only takes requests: what it accepts waits until a test runs the lanes. */
let world: TestApp;
let client: Client;
let user: string;

beforeAll(async () => {
  world = await bootApp({ env: { ROLE: 'api' } });
});

// A lane of its own for each test, so that no earlier worker lingers on it.
beforeEach(async () => {
  client = await newClient(world);
  user = newUser();
  await setUsdc(world.localnet, await walletOf(world, client, user), 100n);
});

afterAll(() => world.close());

async function transfer(): Promise<string> {
  const body = { toUserId: newUser(), token: world.localnet.addresses.usdc, amount: '1' };
  const { body: sent } = await call(world.app, transferTokens, { headers: client.as(user), body });
  return sent.transaction.id;
}

/** What is answered, and after how many milliseconds. */
async function read(id: string, wait?: number) {
  const begun = performance.now();
  const query = wait === undefined ? {} : { wait };
  const given = { params: { id }, query, headers: client.as(user) };
  const { transaction } = (await call(world.app, getTransaction, given)).body;
  return { ...transaction, took: performance.now() - begun };
}

test('without wait the answer comes at once, with it as the transaction stands when the time is over', async () => {
  const id = await transfer();
  const now = await read(id);
  expect(now).toMatchObject({ id, status: 'pending', userOpHash: null });
  expect(now.took).toBeLessThan(900);
  const later = await read(id, 1);
  expect(later).toMatchObject({ id, status: 'pending' });
  expect(later.took).toBeGreaterThanOrEqual(990);
});

test('who waits is answered as soon as another replica has ended it, however many wait', async () => {
  const id = await transfer();
  const waiting = Array.from({ length: 20 }, () => read(id, 30));
  await appOfTest({ replicaOf: world });
  const answers = await Promise.all(waiting);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 'confirmed',
      userOpHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      txHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      blockNumber: expect.any(Number),
      sponsored: true,
    });
    expect(BigInt(answer.gasUsed!)).toBeGreaterThan(20_000n);
    expect(BigInt(answer.sponsorCost!)).toBeGreaterThan(0n);
    expect(answer.took).toBeLessThan(29_000);
  }
  const final = await read(id, 30);
  expect(final.took).toBeLessThan(15_000);
  expect({ ...final, took: 0 }).toEqual({ ...answers[0], took: 0 });
});

test('others neither read it nor wait on it', async () => {
  const id = await transfer();
  const given = (headers: Record<string, string>) => ({ params: { id }, query: { wait: 30 }, headers });
  const none = [404, 'TRANSACTION_NOT_FOUND'];
  expect(await outcome(world.app, getTransaction, given(client.as(newUser())))).toEqual(none);
  expect(await outcome(world.app, getTransaction, given((await newClient(world)).as(user)))).toEqual(none);
});
