import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { type Database, type Db, migrationsFolder } from './handle.ts';

/** Opens PGlite in `folder` (memory when absent); `release` gives the folder back at close. */
export async function openPglite(
  folder: string | undefined,
  release: () => Promise<void>,
): Promise<Omit<Database, 'ping'>> {
  const client = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  const db = drizzle(client);
  return {
    db: db as unknown as Db,
    kind: 'pglite',
    migrate: () => migrate(db, { migrationsFolder }),
    async close() {
      if (!client.closed) await client.close();
      await release();
    },
    async notify(channel, payload) {
      await client.query('select pg_notify($1, $2)', [channel, payload]);
    },
    async listen(channel, onMessage, onListen) {
      const stop = await client.listen(channel, onMessage);
      onListen?.();
      return async () => {
        if (!client.closed) await stop();
      };
    },
    async executeSql(text, values) {
      if (values !== undefined && values.length > 0) return client.query(text, values);
      const results = await client.exec(text);
      return { rows: results.at(-1)?.rows ?? [] };
    },
  };
}
