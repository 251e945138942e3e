import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { createStore } from '#src/db/store.ts';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { createPostgres, engine, eventTypes, freshFolder, kinds, lane, quiet } from './kit.ts';

const checkpoints = [
  'after_row',
  'after_sign',
  'after_record',
  'after_send',
  'before_receipt',
  'before_final',
  'after_final',
] as const;

describe.each(kinds)('a process killed on %s', (kind) => {
  test.each(checkpoints)('at %s loses nothing and doubles nothing', async (checkpoint) => {
    const dataDir = await freshFolder();
    const url = kind === 'postgres' ? await createPostgres() : undefined;
    const chain = createFakeChain();
    await runUntilKilled({ url, dataDir, lane, checkpoint }, createFakeExecutor({ chain }));

    const database = await openDatabase({ url, dataDir, log: quiet });
    onTestFinished(() => database.close());
    const store = createStore(database.db);
    const executors = { account: createFakeExecutor({ chain }) };
    const journal = engine(store, { executors });
    // The dead process still holds the lane's lease: end it instead of waiting.
    await database.executeSql('update lanes set until = now()');
    await journal.start();
    const { rows } = await database.executeSql('select id from transactions order by seq');
    const ids = rows.map((row) => String(row['id']));
    expect(ids.length).toBe(3);
    for (const id of ids) expect(await journal.wait(id, 10_000)).toMatchObject({ status: 'confirmed' });
    await journal.runLane(lane);
    expect(chain.effects()).toEqual(new Map(ids.map((id) => [id, 1])));
    expect((await eventTypes(database)).toSorted()).toEqual(
      ids.map((id) => `transaction.confirmed ${id}`).toSorted(),
    );
  });
});

/** Runs the child over the parent's chain until it has killed itself. */
async function runUntilKilled(
  options: object,
  executor: ReturnType<typeof createFakeExecutor>,
): Promise<void> {
  const child = fork(join(import.meta.dirname, 'crash-child.ts'), [JSON.stringify(options)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value ?? null, (_, v: unknown) => (typeof v === 'bigint' ? `bigint:${v}` : v)));
  const revive = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_, v: unknown) => {
      const found = typeof v === 'string' ? /^bigint:(\d+)$/.exec(v) : null;
      return found?.[1] === undefined ? v : BigInt(found[1]);
    });
  child.on('message', (message) => {
    const { call, method, args } = message as {
      call: number;
      method: 'prepare' | 'send' | 'check';
      args: unknown[];
    };
    const run = executor[method] as (...values: unknown[]) => Promise<unknown>;
    // The child may die while it waits for the answer.
    void run(...args.map(revive)).then(
      (value) => child.connected && child.send({ call, value: plain(value) }, () => {}),
    );
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}
