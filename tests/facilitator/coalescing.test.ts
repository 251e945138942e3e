import { setUsdc } from '#src/localnet/faucet.ts';
import { type Address, decodeFunctionData, type Hex, multicall3Abi, slice } from 'viem';
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newAddress, newPayer, paymentBody, price, sentBy, settle, verify } from './kit.ts';
import { type OwnWorld, startOwnWorld } from './own-chain-kit.ts';

type Leg = { from: Address; to: Address };

let world: OwnWorld;
/** Payments that each eth_call simulates. */
let simulated: Leg[][];

beforeAll(async () => {
  world = await startOwnWorld({ oneHandle: true });
});
afterAll(() => world.close());
beforeEach(() => {
  simulated = [];
  watch(() => 'pass');
});

/** Sets the fate of calls that simulate payments. */
function watch(fate: (legs: Leg[]) => ReturnType<OwnWorld['proxy']['rule']>): void {
  world.proxy.rule = ({ method, params }) => {
    const legs = method === 'eth_call' ? legsOf(params[0] as { data?: Hex }) : [];
    if (legs.length === 0) return 'pass';
    simulated.push(legs);
    return fate(legs);
  };
}

/** transferWithAuthorization with the signature in three parts. */
const transferSelector = '0xe3ee160e';

function legsOf({ data }: { data?: Hex }): Leg[] {
  if (!data?.startsWith('0x82ad56cb')) return [];
  const { args } = decodeFunctionData({ abi: multicall3Abi, data });
  const calls = (args[0] as readonly { callData: Hex }[]).map(({ callData }) => callData);
  return calls
    .filter((one) => one.startsWith(transferSelector))
    .map((one) => ({ from: slice(one, 16, 36), to: slice(one, 48, 68) }));
}

const ask = (body: unknown) => verify(world.test.app, world.merchant, body);
const chain = () => ({ ...world.test.localnet });

async function pays(payer: PrivateKeyAccount, payTo: Hex = world.merchant.payTo, amount = price) {
  return paymentBody({ localnet: chain(), payer, payTo, amount });
}

const payments = (count: number) => Promise.all(Array.from({ length: count }, () => world.payment()));

describe('round trips of verify', () => {
  it('a lone call takes one, a repeat within the block none', async () => {
    const body = await world.payment();
    const before = world.proxy.requests;
    expect((await ask(body)).body).toMatchObject({ isValid: true, cachedResult: false });
    expect(world.proxy.requests - before).toBe(1);
    expect((await ask(body)).body).toMatchObject({ isValid: true, cachedResult: true });
    expect(world.proxy.requests - before).toBe(1);
  });

  it('a yes ends with its block, as soon as a newer one is heard of', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    try {
      const body = await world.payment();
      await ask(body);
      expect((await ask(body)).body).toMatchObject({ isValid: true, cachedResult: true });
      const start = Math.floor(Date.now() / 1000);
      await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5_000 }).toBeGreaterThan(start);
      // The local chain is asked at the clock's time, so a second is a block.
      await ask(await world.payment());
      expect((await ask(body)).body).toMatchObject({ isValid: true, cachedResult: false });
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('calls at the same time share few requests', async () => {
    const bodies = await payments(60);
    const before = world.proxy.requests;
    const answers = await Promise.all(bodies.map(ask));
    expect(answers.filter(({ body }) => 'isValid' in body && body.isValid)).toHaveLength(60);
    expect(simulated.flat()).toHaveLength(60);
    expect(world.proxy.requests - before).toBeLessThan(20);
    expect(Math.max(...simulated.map((legs) => legs.length))).toBeGreaterThan(5);
  });
});

describe('payments in one call tell no lies of each other', () => {
  it('each payer is simulated once in a call: two payments that are good alone are both good', async () => {
    const payers = await Promise.all(Array.from({ length: 6 }, () => newPayer(chain(), price)));
    const bodies = await Promise.all([...payers, ...payers].map((payer) => pays(payer)));
    const answers = await Promise.all(bodies.map(ask));
    expect(answers.map(({ body }) => 'isValid' in body && body.isValid)).toEqual(bodies.map(() => true));
    for (const legs of simulated) expect(new Set(legs.map(({ from }) => from)).size).toBe(legs.length);
  });

  it('what somebody is paid in a call pays for nothing', async () => {
    const poor = privateKeyToAccount(generatePrivateKey());
    const rich = await newPayer(chain());
    const answers = await Promise.all(
      [await pays(rich, poor.address), await pays(poor), ...(await payments(4))].map(ask),
    );
    expect(answers[0]?.body).toMatchObject({ isValid: true });
    expect(answers[1]?.body).toMatchObject({
      isValid: false,
      invalidReason: 'invalid_exact_evm_insufficient_balance',
    });
    for (const legs of simulated) {
      const payees = new Set(legs.map(({ to }) => to));
      expect(legs.filter(({ from }) => payees.has(from))).toEqual([]);
    }
  });

  it('a refusal in company is judged again alone, and none is kept', async () => {
    const poor = privateKeyToAccount(generatePrivateKey());
    const body = await pays(poor);
    const others = await payments(5);
    const [refused] = await Promise.all([body, ...others].map(ask));
    expect(refused?.body).toMatchObject({ isValid: false });
    const last = simulated.findLast((legs) => legs.some(({ from }) => sameAddress(from, poor.address)));
    expect(last).toHaveLength(1);
    await setUsdc(chain(), poor.address, price);
    expect((await ask(body)).body).toMatchObject({ isValid: true, cachedResult: false });
  });

  it('a call that fails as a whole condemns nobody', async () => {
    watch((legs) =>
      legs.length > 1 ? { error: { code: 3, message: 'execution reverted', data: '0x' } } : 'pass',
    );
    const answers = await Promise.all((await payments(8)).map(ask));
    expect(answers.filter(({ body }) => 'isValid' in body && body.isValid)).toHaveLength(8);
    expect(simulated.some((legs) => legs.length > 1)).toBe(true);
  });
});

const sameAddress = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

it('50 settlements at the same time need few transactions, and each is paid', async () => {
  const payTo = newAddress();
  const payers = await Promise.all(Array.from({ length: 50 }, () => newPayer(chain())));
  const bodies = await Promise.all(payers.map((payer) => pays(payer, payTo)));
  const before = await sentBy(world.test);
  const answers = await Promise.all(bodies.map((body) => settle(world.test.app, world.merchant, body)));
  expect(answers.filter(({ body }) => body['success'] === true)).toHaveLength(50);
  expect((await sentBy(world.test)) - before).toBeLessThan(20);
});

it('verify asks the database for nothing but its caches of keys, assets and pauses', async () => {
  const bodies = await payments(3);
  // Remembered answers stay fresh while this clock stands.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  try {
    expect((await ask(bodies[0])).body).toMatchObject({ isValid: true });
    await world.test.database.database.close();
    expect((await ask(bodies[1])).body).toMatchObject({ isValid: true });
    expect((await ask(bodies[2])).body).toMatchObject({ isValid: true });
  } finally {
    vi.restoreAllMocks();
  }
});
