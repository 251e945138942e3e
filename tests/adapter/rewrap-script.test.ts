import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createKeys } from '#src/chain/keys/keyring.ts';
import { createSmartAccounts } from '#src/chain/smart-accounts/accounts.ts';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';
import { createStore } from '#src/db/store.ts';
import { freshDatabase } from '#tests/kit/database.ts';

const kek = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** More than a page of the script, so that it is killed between two of them. */
const wallets = 250;
/** Ends the process with its first word of progress. */
const killer = `data:text/javascript,${encodeURIComponent(`
  const { write } = process.stdout;
  process.stdout.write = function (text, ...rest) {
    if (String(text).includes('re-wrapped')) process.kill(process.pid, 'SIGKILL');
    return write.call(this, text, ...rest);
  };`)}`;

/** A database that another process can open: PostgreSQL when the run has one, else a folder. */
async function sharedDatabase(): Promise<{
  env: Record<string, string>;
  use: <T>(work: (db: Database) => Promise<T>) => Promise<T>;
}> {
  const server = await freshDatabase();
  onTestFinished(() => server.drop());
  if (server.url) return { env: { DATABASE_URL: server.url }, use: (work) => work(server.database) };
  const dataDir = mkdtempSync(join(tmpdir(), 'rewrap-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return {
    env: { DATA_DIR: dataDir },
    async use(work) {
      const database = await openDatabase({ dataDir, log: quiet });
      try {
        return await work(database);
      } finally {
        await database.close();
      }
    },
  };
}

async function fill(database: Database, encryptionKeys: string): Promise<void> {
  await database.migrate();
  const keys = createKeys({ provider: 'local', encryptionKeys });
  const accounts = createSmartAccounts(keys);
  await createStore(database.db).transaction(async (store) => {
    for (let i = 0; i < wallets; i += 1) {
      const key = await keys.create(`wal_${i}`, 1);
      const plan = accounts.plan({ owner: key.owner, subject: [`${i}`] });
      const whose = { id: `wal_${i}`, owner: 'client:a', subject: `user:${i}` };
      await store.wallets.insert({ ...plan, ...whose, key }, new Date());
    }
  });
}

/** Runs the script to its end. */
async function ended(env: Record<string, string>) {
  const args = ['src/scripts/boot.mjs', 'src/scripts/rewrap-keys.ts'];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (output += String(text)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

test('killed in the middle and run again, the script leaves every key under the new key-encryption key', async () => {
  const [old, next] = [kek('old'), kek('next')];
  const { env, use } = await sharedDatabase();
  await use((database) => fill(database, old));
  const counts = () =>
    use(async ({ executeSql }) => {
      const { rows } = await executeSql(
        `select sealed->>'kek' as kek, count(*)::int as n from wallet_keys group by 1`,
      );
      return Object.fromEntries(rows.map((row) => [row['kek'], row['n']]));
    });

  const both = { ...env, KEY_ENCRYPTION_KEYS: `${next},${old}` };
  expect(await ended({ ...both, NODE_OPTIONS: `--import=${killer}` })).toMatchObject({ signal: 'SIGKILL' });
  expect(await counts()).toEqual({ next: 200, old: 50 });

  const second = await ended(both);
  expect(second).toMatchObject({
    code: 0,
    output: expect.stringContaining(`all ${wallets} keys are under the current key, 50 were`),
  });
  expect(second.output).not.toContain(next.split(':')[1]);
  const keys = createKeys({ provider: 'local', encryptionKeys: next });
  await use(async ({ db }) => {
    const page = await createStore(db).walletKeys.listAfter(null, wallets);
    expect(page).toHaveLength(wallets);
    for (const { walletId, key } of page) await keys.check(walletId, key);
  });

  const third = await ended({ ...env, KEY_ENCRYPTION_KEYS: kek('other') });
  expect(third).toMatchObject({ code: 1, output: expect.stringContaining('"next" is not configured') });
}, 90_000);
