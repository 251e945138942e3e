import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inject, onTestFinished } from 'vitest';
import { systemClock } from '#src/core/clock.ts';
import type { NewTransaction, Transaction } from '#src/core/journal.ts';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';
import { createStore, type Store } from '#src/db/store.ts';
import { createJournal, type Journal } from '#src/services/journal.ts';
import type { JournalOptions } from '#src/services/journal/ports.ts';

export const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Kinds of database this run tests on. */
export const kinds = process.env['TEST_DATABASE_URL'] === undefined ? ['pglite'] : ['pglite', 'postgres'];

let embedded: Promise<Database> | undefined;

/** An empty, migrated database: PostgreSQL's is gone after the test, the embedded one serves the worker's tests in turn. */
export async function freshDatabase(kind: string): Promise<{ database: Database; store: Store }> {
  if (kind === 'pglite') {
    const database = await (embedded ??= migrated(undefined));
    await database.executeSql(
      'truncate transactions, submissions, submission_legs, lanes, idempotency_keys, events, event_head, webhook_endpoints, webhook_cursor, indexed_blocks, token_transfers, token_controls, token_balances, token_holder_counts, platform_tokens, nfts, nft_metadata, nft_numbers, networks cascade',
    );
    return { database, store: createStore(database.db) };
  }
  const database = await migrated(await createPostgres());
  onTestFinished(() => database.close());
  return { database, store: createStore(database.db) };
}

async function migrated(url: string | undefined, dataDir = 'memory://'): Promise<Database> {
  const database = await openDatabase({ url, dataDir, log: quiet });
  await database.migrate();
  return database;
}

let template: Promise<string> | undefined;

/** A data folder with an empty, migrated database: made once a worker, since a copy is cheaper. */
export async function freshFolder(): Promise<string> {
  const make = async () => {
    const dataDir = await mkdtemp(join(inject('runDir'), 'template-'));
    await (await migrated(undefined, dataDir)).close();
    return dataDir;
  };
  const dataDir = await mkdtemp(join(tmpdir(), 'chronos-data-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  await cp(await (template ??= make()), dataDir, { recursive: true });
  return dataDir;
}

/** An empty PostgreSQL database beside the one in TEST_DATABASE_URL. */
export async function createPostgres(): Promise<string> {
  const admin = process.env['TEST_DATABASE_URL'] ?? '';
  const name = `chronos_test_${randomUUID().replaceAll('-', '')}`;
  const client = postgres(admin, { max: 1, onnotice: () => {} });
  await client.unsafe(`create database ${name}`);
  onTestFinished(async () => {
    await client.unsafe(`drop database ${name} with (force)`);
    await client.end();
  });
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

export const lane = 'account:base-sepolia:0xabc';

/** An engine with short pauses, stopped after the test. */
export function engine(
  store: Store,
  options: Partial<JournalOptions> & Pick<JournalOptions, 'executors'>,
): Journal {
  const timing = {
    lingerMs: 0,
    firstPollMs: 5,
    pollMs: 20,
    resendMs: 100,
    backoffMs: 10,
    maxBackoffMs: 50,
    settledPollMs: 20,
  };
  const journal = createJournal({
    store,
    clock: systemClock,
    log: quiet,
    ...options,
    timing: { ...timing, leaseMs: 2_000, waitPollMs: 50, ...options.timing },
  });
  onTestFinished(() => journal.stop());
  return journal;
}

/** Writes an intent the way a service does. */
export async function submit(
  store: Store,
  journal: Journal,
  change: Partial<NewTransaction> = {},
): Promise<Transaction> {
  const transaction = await store.transaction((tx) => journal.submit(tx, intent(change)));
  journal.wake(transaction.lane);
  return transaction;
}

export function intent(change: Partial<NewTransaction> = {}): NewTransaction {
  const call = {
    to: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
    data: '0xa9059cbb',
    value: 2n ** 200n,
  } as const;
  return { owner: 'client:one', type: 'transfer', network: 'base-sepolia', lane, calls: [call], ...change };
}

/** Resolves once `test` holds; the test's own time limit ends a wait in vain. */
export async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** `<type> <transaction id>` of all events, in order. */
export async function eventTypes(database: Database): Promise<string[]> {
  const { rows } = await database.executeSql(
    `select type || ' ' || (data->>'id') as told from events order by seq`,
  );
  return rows.map((row) => String(row['told']));
}
