import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { migrationsFolder } from '#src/db/handle.ts';
import { createStore } from '#src/db/store.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const at = (hour: number) => new Date(Date.UTC(2025, 3, 7, hour));

it('a secret that was replaced before still works until its end, and through the next rotation', async () => {
  const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(migrationsFolder, name), 'utf8')));
  const first = files.findIndex((text) => text.includes('ADD COLUMN "older_secrets"'));
  expect(first).toBeGreaterThan(0);
  const database = await openDatabase({ dataDir: 'memory://', log: quiet });
  onTestFinished(() => database.close());
  for (const text of files.slice(0, first)) await database.executeSql(text);
  await database.executeSql(`insert into api_clients (id, name, scopes, tier, secret_hash, previous_secret_hash,
    previous_secret_expires_at, allowed_origins, allowed_ips, created_at, updated_at)
    values ('c', 'app', '[]', 'starter', 'two', 'one', '2025-04-07T12:00:00Z', '[]', '[]', now(), now())`);
  for (const text of files.slice(first)) await database.executeSql(text);

  const { apiClients } = createStore(database.db);
  const hashes = async (hour: number) => (await apiClients.findWithSecrets('c', at(hour)))?.hashes;
  expect([await hashes(11), await hashes(12)]).toEqual([['two', 'one'], ['two']]);
  await apiClients.rotate('c', 'three', at(15), at(9));
  expect(await hashes(11)).toEqual(['three', 'two', 'one']);
  expect(await hashes(12)).toEqual(['three', 'two']);
  // What is over goes at the next rotation.
  await apiClients.rotate('c', 'four', at(20), at(13));
  const { rows } = await database.executeSql('select older_secrets from api_clients');
  expect(rows[0]?.['older_secrets']).toEqual([{ hash: 'two', expiresAt: expect.any(String) }]);
  expect(await hashes(14)).toEqual(['four', 'three', 'two']);
  // However often it is rotated, the row stays small: the newest hundred are kept beside the previous one.
  for (let n = 0; n < 103; n++) await apiClients.rotate('c', `many ${n}`, at(20), at(14));
  const last = await hashes(15);
  expect([last?.length, last?.[0], last?.at(-1)]).toEqual([102, 'many 102', 'many 1']);
});
