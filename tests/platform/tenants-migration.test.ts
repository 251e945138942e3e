import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { migrationsFolder } from '#src/db/handle.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

it('people who were there before get a tenant each', async () => {
  const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(migrationsFolder, name), 'utf8')));
  const first = files.findIndex((text) => text.includes('CREATE TABLE "tenants"'));
  expect(first).toBeGreaterThan(0);
  const database = await openDatabase({ dataDir: 'memory://', log: quiet });
  onTestFinished(() => database.close());
  for (const text of files.slice(0, first)) await database.executeSql(text);
  for (const name of ['ada', 'grace'])
    await database.executeSql(`insert into users (public_id, email, password_hash, created_at)
      values ('usr_${name}', '${name}@example.com', 'x', '2025-04-07T12:00:00Z')`);
  for (const text of files.slice(first)) await database.executeSql(text);
  const { rows } = await database.executeSql(
    `select u.email, t.name, t.id, t.created_at = u.created_at as together
     from users u join tenants t on t.id = u.tenant_id order by u.email`,
  );
  expect(rows).toEqual(
    ['ada@example.com', 'grace@example.com'].map((email) => ({
      email,
      name: email,
      id: expect.stringMatching(/^ten_[0-9a-f]{32}$/),
      together: true,
    })),
  );
  expect(rows[0]!['id']).not.toBe(rows[1]!['id']);
});
