import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { appOfTest, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import type { ReplicaInput } from '#tests/facilitator/replica-child.ts';
import {
  authorizationsUsed,
  chainOf,
  newMerchant,
  newPayer,
  paymentBody,
  price,
  sentBy,
} from '#tests/facilitator/kit.ts';

type Replica = { url: string; child: ChildProcess };

/** A replica in a process of its own on the test's PostgreSQL. */
async function replicaOf(test: TestApp): Promise<Replica> {
  const { localnet, secrets, signers, database } = test;
  if (!database.url) throw new Error('two processes need a PostgreSQL');
  const input: ReplicaInput = { databaseUrl: database.url, localnet, secrets, signers };
  const script = join(import.meta.dirname, '../facilitator/replica-child.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, JSON.stringify(input)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = (await once(child, 'message')) as [string];
  return { url, child };
}

type Answer = { success?: boolean; transaction?: string; errorReason?: string };

const settleAt = async (url: string, headers: Record<string, string>, payment: object): Promise<Answer> => {
  const response = await fetch(`${url}/api/v1/settle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(payment),
  });
  return (await response.json()) as Answer;
};

/** Asks until the outcome is known. */
async function finalAnswer(...asked: Parameters<typeof settleAt>): Promise<Answer> {
  for (;;) {
    const answer = await settleAt(...asked);
    if (answer.success === true || answer.errorReason === 'duplicate_settlement') return answer;
  }
}

/** The process that prepares only takes requests: lanes and jobs are the replicas'. */
const prepare = async () => {
  const test = await appOfTest({ env: { ROLE: 'api' } });
  const merchant = await newMerchant(test.app);
  const payer = await newPayer(test.localnet);
  const make = () => paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo });
  return { test, merchant, make };
};

it('two processes on one database settle a payment once', async () => {
  const { test, merchant, make } = await prepare();
  const replicas = await Promise.all([replicaOf(test), replicaOf(test)]);
  const payments = await Promise.all(Array.from({ length: 5 }, make));
  const answers = await Promise.all(
    payments.map((payment) =>
      Promise.all(
        Array.from({ length: 10 }, (_, i) => settleAt(replicas[i % 2]?.url ?? '', merchant.headers, payment)),
      ),
    ),
  );
  for (const [i, payment] of payments.entries()) {
    const own = answers[i] ?? [];
    expect(own.filter((answer) => answer.success === true)).toHaveLength(1);
    const used = await authorizationsUsed(test.localnet, payment);
    expect(used).toHaveLength(1);
    expect(new Set(own.map((answer) => answer.transaction))).toEqual(new Set(used));
  }
  expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(5n * price);
  expect(await sentBy(test)).toBeLessThanOrEqual(5);
});

it('a process that is killed under load loses and doubles nothing', async () => {
  const { test, merchant, make } = await prepare();
  const [one, two] = await Promise.all([replicaOf(test), replicaOf(test)]);
  const payments = await Promise.all(Array.from({ length: 20 }, make));
  const calls = payments.map((payment) =>
    settleAt(one.url, merchant.headers, payment).catch((): Answer => ({})),
  );
  // The first answer proves that work is under way.
  await Promise.race(calls);
  one.child.kill('SIGKILL');
  const heard = await Promise.all(calls);
  for (const [i, payment] of payments.entries()) {
    const final = await finalAnswer(two.url, merchant.headers, payment);
    const said = [heard[i]?.success === true, final.success === true].filter(Boolean);
    // A success that died with its process on the way out is not said again: the merchant reads it below.
    expect(said.length).toBeLessThanOrEqual(1);
    expect(await authorizationsUsed(test.localnet, payment)).toEqual([final.transaction]);
  }
  const { data } = (await call(test.app, listSettlements, { headers: merchant.headers })).body;
  expect(data.settlements).toHaveLength(20);
  for (const row of data.settlements) expect(row).toMatchObject({ status: 'settled', delivered: true });
  expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(20n * price);
});
