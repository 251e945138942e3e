import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import type { Database } from '#src/db/handle.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { freshDatabase } from '#tests/kit/database.ts';
import { final, mintTo, newClient, newUser, walletOf } from './kit.ts';

type Dump = { table: string; rows: string }[];

const names = async ({ executeSql }: Database): Promise<string[]> => {
  const { rows } = await executeSql(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  return rows.map((row) => String(row['name']));
};

/** Every row of every table as text, in one snapshot. */
async function dump(database: Database): Promise<Dump> {
  const tables = await names(database);
  const parts = tables.map(
    (name, i) => `(select coalesce(json_agg(t), '[]')::text from "${name}" t) as t${i}`,
  );
  const { rows } = await database.executeSql(`select ${parts.join(', ')}`);
  return tables.map((table, i) => ({ table, rows: String(rows[0]![`t${i}`]) }));
}

/** Puts the rows into an empty database of the same tables; keys between tables are checked by nobody meanwhile. */
async function restore(database: Database, dumped: Dump): Promise<void> {
  const json = (text: string) => `$json$${text}$json$`;
  // Several statements sent as one are one transaction.
  await database.executeSql(
    [
      `set local session_replication_role = replica`,
      ...dumped.map(
        ({ table, rows }) =>
          `insert into "${table}" overriding system value select * from json_populate_recordset(null::"${table}", ${json(rows)})`,
      ),
      `do $$ declare s record; begin
         for s in select table_name t, column_name c from information_schema.columns
           where table_schema = 'public' and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null
         loop execute format('select setval(pg_get_serial_sequence(%L, %L), (select coalesce(max(%I), 0) + 1 from %I))', quote_ident(s.t), s.c, s.c, s.t);
         end loop; end $$`,
    ].join(';\n'),
  );
}

test('a backup restored into a new database has the same wallets, and they sign', async () => {
  const world = await appOfTest();
  const client = await newClient(world);
  const alice = newUser();
  const address = await walletOf(world, client, alice);
  expect((await mintTo(world, client, alice, 10n)).status).toBe('confirmed');
  const backup = await dump(world.database.database);
  await world.runtime.close();

  const database = await freshDatabase();
  onTestFinished(() => database.drop());
  await restore(database.database, backup);

  const other = { ...world.secrets, KEY_ENCRYPTION_KEYS: `t2:${randomBytes(32).toString('base64')}` };
  const lost = appOfTest({ replicaOf: { ...world, database, secrets: other } });
  await expect(lost).rejects.toThrow(`Keys of wallets in this database can't be opened`);
  await expect(lost).rejects.toThrow('encryption key "t1" is not configured: add it to KEY_ENCRYPTION_KEYS');

  const restored = await appOfTest({ replicaOf: { ...world, database } });
  expect(await walletOf(restored, client, alice)).toBe(address);
  const body = { toUserId: newUser(), token: world.localnet.addresses.token, amount: '4' };
  const sent = await call(restored.app, transferTokens, { headers: client.as(alice), body });
  expect((await final(restored, client, alice, sent.body.transaction.id)).status).toBe('confirmed');
});
