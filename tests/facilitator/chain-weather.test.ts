import { parseGwei, type Hex } from 'viem';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { sql } from 'drizzle-orm';
import { call } from '#tests/kit/call.ts';
import { rows } from '#src/db/statement.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { authorizationsUsed, chainOf, price, sentBy, settle, submitElsewhere, until } from './kit.ts';
import { type OwnWorld, startOwnWorld } from './own-chain-kit.ts';

// Each test starts a chain, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let world: OwnWorld;
afterEach(() => world.close());

const settlements = async () =>
  (await call(world.test.app, listSettlements, { headers: world.merchant.headers })).body.data.settlements;
const usdc = (owner: Hex) => chainOf(world.test.localnet).usdc(owner);
const events = async (thing = 'transaction'): Promise<string[]> => {
  const found = await rows<{ type: string }>(
    world.test.database.database.db,
    sql`select type from events where type like ${`${thing}.%`} order by seq`,
  );
  return found.map(({ type }) => type);
};
/** The chain's last blocks are replaced by empty ones; what they held is forgotten. */
const reorg = (depth: number) => world.chain.request({ method: 'anvil_reorg', params: [depth, []] } as never);

const settledOften = { timing: { settledPollMs: 50 } };

describe('a reorg', () => {
  it('of a settled payment: the same bytes go out again, success is not said again', async () => {
    world = await startOwnWorld({ compose: settledOften });
    const { test, merchant } = world;
    const payment = await world.payment();
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: true });
    await until(async () => (await events()).includes('transaction.confirmed'));
    await reorg(1);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([]);
    await until(async () => (await events()).length === 3);
    expect(await events()).toEqual(['transaction.confirmed', 'transaction.reorged', 'transaction.confirmed']);
    expect(await events('payment')).toEqual(['payment.settled', 'payment.reorged', 'payment.settled']);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([first.body['transaction']]);
    expect(await usdc(merchant.payTo)).toBe(price);
    expect(await settlements()).toEqual([
      expect.objectContaining({
        status: 'settled',
        transaction: first.body['transaction'],
        delivered: true,
      }),
    ]);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: first.body['transaction'],
    });
  });

  it('before the payment is confirmed: the merchant sees it go back and come again', async () => {
    world = await startOwnWorld({ env: { BASE_SEPOLIA_CONFIRMATIONS: '3' } });
    const { test, merchant, chain } = world;
    const payment = await world.payment();
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: true });
    expect(await settlements()).toMatchObject([{ status: 'settled', delivered: true }]);
    expect(await events()).toEqual([]);
    await chain.setAutomine(false);
    await reorg(1);
    await until(async () => (await events()).length === 1);
    expect(await events()).toEqual(['transaction.reorged']);
    expect(await settlements()).toMatchObject([{ status: 'received', delivered: true, settledAt: null }]);
    await until(async () => (await chain.getTxpoolStatus()).pending === 1);
    await chain.mine({ blocks: 3 });
    await until(async () => (await events()).includes('transaction.confirmed'));
    expect(await settlements()).toMatchObject([
      { status: 'settled', delivered: true, transaction: first.body['transaction'] },
    ]);
    expect(await events('payment')).toEqual(['payment.settled', 'payment.reorged', 'payment.settled']);
    expect(await usdc(merchant.payTo)).toBe(price);
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      errorReason: 'duplicate_settlement',
    });
  });

  it('after which somebody else submits first: paid once, said once, and the journal learns by whom', async () => {
    world = await startOwnWorld({ compose: settledOften });
    const { test, merchant, proxy } = world;
    const payment = await world.payment();
    const first = await settle(test.app, merchant, payment);
    expect(first.body).toMatchObject({ success: true });
    await until(async () => (await events()).includes('transaction.confirmed'));
    proxy.rule = ({ method }) => (method === 'eth_sendRawTransaction' ? 'drop' : 'pass');
    await reorg(1);
    const theirs = await submitElsewhere(test.localnet, payment);
    proxy.rule = () => 'pass';
    await until(async () => (await events()).includes('transaction.failed'));
    expect((await settle(test.app, merchant, payment)).body).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: theirs,
    });
    expect(await settlements()).toMatchObject([{ status: 'settled', transaction: theirs, delivered: true }]);
    const told = ['settled', 'reorged', 'failed', 'settled'].map((what) => `payment.${what}`);
    expect(await events('payment')).toEqual(told);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([theirs]);
    expect(await usdc(merchant.payTo)).toBe(price);
  });
});

describe('blocks', () => {
  it('in which a batch left a payment out that is paid alone later: no failure is told before it is final', async () => {
    world = await startOwnWorld({
      env: { BASE_SEPOLIA_CONFIRMATIONS: '3', SETTLE_IN_FLIGHT: '1', SETTLE_TIMEOUT_MS: '60000' },
    });
    const { test, merchant, chain } = world;
    await chain.setAutomine(false);
    const waiting = async () => (await chain.getTxpoolStatus()).pending;
    const pays = async (count: number) => {
      const payments = await Promise.all(Array.from({ length: count }, () => world.payment()));
      return payments.map((payment) => ({ payment, answer: settle(test.app, merchant, payment) }));
    };
    // Both signers have one in flight, so that the others share the next.
    const first = await pays(test.signers.length);
    await until(async () => (await waiting()) === first.length);
    const [poor, ...rich] = await pays(4);
    await until(async () => (await settlements()).length === first.length + 4);
    await chain.mine({ blocks: 1 });
    await until(async () => (await waiting()) === 1);
    const payer = poor!.payment.paymentPayload.payload.authorization.from as Hex;
    await setUsdc(test.localnet, payer, 0n);
    await chain.mine({ blocks: 1 });
    await setUsdc(test.localnet, payer, price);
    for (const { answer } of [...first, ...rich])
      expect((await answer).body).toMatchObject({ success: true });
    let told: Awaited<ReturnType<typeof settle>> | undefined;
    void poor!.answer.then((answer) => (told = answer));
    await until(async () => {
      await chain.mine({ blocks: 1 });
      return told !== undefined;
    });
    expect(told!.body).toMatchObject({ success: true });
    expect(await authorizationsUsed(test.localnet, poor!.payment)).toEqual([told!.body['transaction']]);
  });

  it('every 2 seconds: payments that wait share transactions, each is answered in its block', async () => {
    world = await startOwnWorld();
    const { test, merchant, chain } = world;
    await chain.setAutomine(false);
    await chain.setIntervalMining({ interval: 2 });
    const payments = await Promise.all(Array.from({ length: 30 }, () => world.payment()));
    const answers = await Promise.all(payments.map((one) => settle(test.app, merchant, one)));
    expect(answers.filter(({ body }) => body['success'] === true)).toHaveLength(30);
    expect(await usdc(merchant.payTo)).toBe(30n * price);
    expect(await sentBy(test)).toBeLessThan(15);
  });

  it('that became dearer than a payment offered: replaced under the same nonce, paid once', async () => {
    world = await startOwnWorld({ env: { SETTLE_BUMP_AFTER_MS: '200', SETTLE_TIMEOUT_MS: '25000' } });
    const { test, merchant, chain } = world;
    await chain.setAutomine(false);
    const payment = await world.payment();
    const answer = settle(test.app, merchant, payment);
    await until(async () => (await chain.getTxpoolStatus()).pending === 1);
    const [stuck] = await pending(chain);
    const dear = (stuck?.maxFeePerGas ?? 0n) + parseGwei('1');
    await chain.setNextBlockBaseFeePerGas({ baseFeePerGas: dear });
    await chain.mine({ blocks: 1 });
    expect(await usdc(merchant.payTo)).toBe(0n);
    await until(async () => {
      const [now] = await pending(chain);
      return (now?.maxFeePerGas ?? 0n) >= dear;
    });
    const [raised, ...others] = await pending(chain);
    expect(others).toEqual([]);
    expect(raised).toMatchObject({ nonce: stuck?.nonce, from: stuck?.from });
    await chain.mine({ blocks: 1 });
    expect((await answer).body).toMatchObject({ success: true, transaction: raised?.hash });
    expect(await usdc(merchant.payTo)).toBe(price);
    expect(await sentBy(test)).toBe(1);
    expect(await settlements()).toMatchObject([{ status: 'settled', transaction: raised?.hash }]);
  });
});

/** What waits in the node's pool. */
async function pending(chain: OwnWorld['chain']) {
  const { transactions } = await chain.getBlock({ blockTag: 'pending', includeTransactions: true });
  return transactions.map(({ hash, nonce, from, maxFeePerGas }) => ({ hash, nonce, from, maxFeePerGas }));
}
