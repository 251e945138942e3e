import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { isConnectionLoss } from '#src/db/errors.ts';
import type { Database, Db } from '#src/db/handle.ts';
import { rows } from '#src/db/statement.ts';
import { tcpGate, type TcpGate } from '#tests/kit/tcp-gate.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let gate: TcpGate;
let database: Database;

beforeAll(async () => {
  const url = new URL(process.env['TEST_DATABASE_URL']!);
  gate = await tcpGate({ host: url.hostname, port: Number(url.port || 5432) });
  url.host = gate.host;
  database = await openDatabase({ url: url.href, dataDir: '', log: quiet });
});

afterAll(async () => {
  await database.close();
  await gate.close();
});

const echo = async (db: Db, n: number) => (await rows<{ n: number }>(db, sql`select ${n}::int as n`))[0]?.n;

type Outcome = { told: number | undefined | 'lost'; ms: number };

/** A statement, or every third time a transaction, that asks for its own number. */
async function ask(n: number): Promise<Outcome> {
  const startedAt = performance.now();
  const work = n % 3 ? echo(database.db, n) : database.db.transaction((tx) => echo(tx, n));
  const told = await work.catch((error: unknown) => {
    if (isConnectionLoss(error)) return 'lost' as const;
    throw error;
  });
  return { told, ms: performance.now() - startedAt };
}

test('connections cut under load, again and again: each answer is soon there and is its own, or says that it is lost', async () => {
  let n = 0;
  const next = (count: number) => Array.from({ length: count }, () => ask((n += 1)));
  for (let round = 0; round < 60; round += 1) {
    const first = n + 1;
    const before = next(30);
    // From before the statements are written to in the middle of their answers.
    for (let turn = 0; turn < round % 6; turn += 1) await new Promise(setImmediate);
    gate.shut(round % 2 ? 'end' : 'reset');
    const during = next(10);
    gate.open();
    const outcomes = await Promise.all([...before, ...during]);
    const wrong = outcomes.filter(({ told }, i) => told !== 'lost' && told !== first + i);
    expect(wrong).toEqual([]);
    expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(8_000);
  }
  await expect.poll(async () => (await ask(7)).told, { timeout: 5_000 }).toBe(7);
}, 100_000);

test('a transaction that meets a loss elsewhere is rolled back, and its connection works on', async () => {
  const elsewhere = Object.assign(new Error('could not extend file'), { code: '53100' });
  // More than the pool has connections.
  const failing = Array.from({ length: 12 }, (_, i) =>
    database.db.transaction(async (tx) => {
      await echo(tx, i);
      throw elsewhere;
    }),
  );
  const ends = await Promise.allSettled(failing);
  expect(ends.map((end) => end.status === 'rejected' && (end.reason as unknown))).toEqual(
    ends.map(() => elsewhere),
  );
  expect((await ask(1)).told).toBe(1);
}, 40_000);

test('who listens is told again after losses, however they came', async () => {
  const heard = new Set<string>();
  const channels = ['losses_a', 'losses_b', 'losses_c'];
  for (const channel of channels) await database.listen(channel, (text) => heard.add(`${channel} ${text}`));
  for (let round = 0; round < 30; round += 1) {
    gate.shut(round % 2 ? 'end' : 'reset');
    if (round % 3 === 0)
      await expect.poll(() => gate.refused, { interval: 2, timeout: 10_000 }).toBeGreaterThan(0);
    gate.open();
    for (let turn = 0; turn < round % 7; turn += 1) await new Promise(setImmediate);
  }
  const say = () =>
    Promise.all(channels.map((channel) => database.notify(channel, 'again').catch(() => undefined)));
  const all = channels.map((channel) => `${channel} again`);
  const told = async () => {
    await say();
    return [...heard].toSorted();
  };
  await expect.poll(told, { timeout: 10_000 }).toEqual(all);
}, 60_000);
