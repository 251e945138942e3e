/** A process that runs one lane and kills itself at a checkpoint; the chain lives in its parent. */
import { systemClock } from '#src/core/clock.ts';
import type { LaneExecutor } from '#src/core/journal.ts';
import { openDatabase } from '#src/db/client.ts';
import { createStore } from '#src/db/store.ts';
import { createJournal } from '#src/services/journal.ts';

const { url, dataDir, lane, checkpoint } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const answers = new Map<number, (value: unknown) => void>();
let calls = 0;
process.on('message', ({ call, value }: { call: number; value: unknown }) =>
  answers.get(call)?.(revive(value)),
);

const revive = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v: unknown) => {
    const found = typeof v === 'string' ? /^bigint:(\d+)$/.exec(v) : null;
    return found?.[1] === undefined ? v : BigInt(found[1]);
  });
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `bigint:${v}` : v)));

/** Asks the parent's executor. */
function ask<T>(method: string, ...args: unknown[]): Promise<T> {
  calls += 1;
  const call = calls;
  return new Promise((resolve) => {
    answers.set(call, resolve as (value: unknown) => void);
    process.send?.({ call, method, args: args.map(plain) });
  });
}

const account: LaneExecutor = {
  kind: 'user_operation',
  maxInFlight: 1,
  maxLegs: 10,
  prepare: (...args) => ask('prepare', ...args),
  send: (submission) => ask('send', submission),
  check: (submission) => ask('check', submission),
};

const database = await openDatabase({ url, dataDir: dataDir ?? '', log: quiet });
await database.migrate();
const journal = createJournal({
  store: createStore(database.db),
  clock: systemClock,
  log: quiet,
  executors: { account },
  checkpoint(name) {
    if (name === checkpoint) process.kill(process.pid, 'SIGKILL');
  },
});
await createStore(database.db).transaction(async (tx) => {
  for (let n = 0; n < 3; n += 1) {
    const call = { to: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', data: '0x', value: 0n } as const;
    const where = { network: 'base-sepolia', lane: lane ?? '' };
    await journal.submit(tx, { owner: 'client:one', type: 'transfer', ...where, calls: [call] });
  }
});
journal.wake(lane ?? '');
