import { setTimeout as delay } from 'node:timers/promises';
import type { Hex } from '#src/core/hex.ts';
import type { Arena } from './arena.ts';
import type { Caller } from './ours.ts';
import { judged, table } from './report.ts';

const sizes = [1, 10, 20, 50];
const goals = new Map([
  [10, 0.65],
  [20, 0.6],
]);

/** Gas a payment costs when so many travel in one transaction, as the receipts say. */
export async function benchGas(arena: Arena): Promise<string> {
  const official = await officialGas(arena);
  const rows: string[][] = [['official, alone', `${official}`]];
  for (const size of sizes) {
    const gas = await batchGas(arena, size);
    const ratio = gas / official;
    const goal = goals.get(size);
    rows.push([
      `ours, batch of ${size}`,
      String(Math.round(gas)),
      goal ? judged([ratio], { atMost: goal }) : `${ratio.toFixed(2)}×`,
    ]);
  }
  return table('Gas a payment', rows);
}

async function gasUsed({ chain }: Arena, hash: Hex): Promise<number> {
  const { gasUsed: used } = await chain.client.getTransactionReceipt({ hash });
  return Number(used);
}

async function settle(url: string, body: string, headers: Caller = {}): Promise<Hex> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const answer = (await response.json()) as { success?: boolean; transaction?: Hex };
  if (!answer.success || !answer.transaction) throw new Error(`not settled: ${JSON.stringify(answer)}`);
  return answer.transaction;
}

/** One payment through ours. */
export async function settleOnce({ ours, payments }: Arena): Promise<void> {
  const [body = ''] = payments.take(1);
  await settle(`${ours.url}/api/v1/settle`, body, ours.callers[0]);
}

async function officialGas(arena: Arena): Promise<number> {
  const [body = ''] = arena.payments.take(1);
  return gasUsed(arena, await settle(`${arena.official.url}/settle`, body));
}

/**
 * Fills the signer's places in flight with single payments, queues `size` more behind them and lets blocks come: what
 * was queued travels together.
 */
async function batchGas(arena: Arena, size: number): Promise<number> {
  const { chain, ours, payments } = arena;
  const [caller = {}] = ours.callers;
  const pay = (body: string) => settle(`${ours.url}/api/v1/settle`, body, caller);
  await chain.mine('when asked');
  const blockers: Promise<Hex>[] = [];
  for (const [index, body] of payments.take(4).entries()) {
    blockers.push(pay(body));
    await until(async () => (await chain.client.getTxpoolStatus()).pending > index);
  }
  const batch = payments.take(size).map(pay);
  await until(async () => (await received(arena)) === 4 + size);
  await chain.mine('every2s');
  await Promise.all([...blockers, ...batch]);
  await chain.mine('instantly');
  const hashes = new Set(await Promise.all(batch));
  const used = await Promise.all([...hashes].map((hash) => gasUsed(arena, hash)));
  if (hashes.size !== 1) throw new Error(`a batch of ${size} travelled in ${hashes.size} transactions`);
  return used.reduce((sum, gas) => sum + gas, 0) / size;
}

/** Payments of the first caller's user that are on their way. */
async function received({ ours }: Arena): Promise<number> {
  const response = await fetch(`${ours.url}/api/v1/settlements?status=received&limit=100`, {
    headers: ours.callers[0] ?? {},
  });
  const { data } = (await response.json()) as { data: { settlements: unknown[] } };
  return data.settlements.length;
}

async function until(test: () => Promise<boolean>): Promise<void> {
  for (const giveUp = performance.now() + 20_000; !(await test()); await delay(20)) {
    if (performance.now() > giveUp) throw new Error('the bench waited 20 s in vain');
  }
}
