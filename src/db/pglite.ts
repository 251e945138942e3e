import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { type Database, type Db, type DbLog, migrationsFolder } from './handle.ts';
import { openClient } from './pglite-client.ts';

/** Opens PGlite in `folder` (memory when absent); `release` gives the folder back at close. */
export async function openPglite(
  folder: string | undefined,
  release: () => Promise<void>,
  log: DbLog,
): Promise<Omit<Database, 'ping'>> {
  const client = await openClient(folder, log);
  const db = drizzle({ client: client as unknown as PGlite });
  return {
    db: db as unknown as Db,
    kind: 'pglite',
    migrate: () => migrate(db, { migrationsFolder }),
    async close() {
      await client.close();
      await release();
    },
    async notify(channel, payload) {
      await client.query('select pg_notify($1, $2)', [channel, payload]);
    },
    listen: (...given) => client.listen(...given),
    async executeSql(text, values) {
      if (values !== undefined && values.length > 0) return client.query(text, values);
      const results = await client.exec(text);
      return { rows: results.at(-1)?.rows ?? [] };
    },
  };
}
