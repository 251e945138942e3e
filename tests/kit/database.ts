import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type TestDatabase = { database: Database; url: string | undefined; drop(): Promise<void> };

/** A migrated database of its own: PostgreSQL when TEST_DATABASE_URL names a server, else PGlite in memory. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server) {
    const database = await openDatabase({ dataDir: 'memory://', log: quiet });
    await database.migrate();
    return { database, url: undefined, drop: () => database.close() };
  }
  const name = `chronos_${randomBytes(8).toString('hex')}`;
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  // TEST_DATABASE_TEMPLATE is migrated once a run; cloning it takes a tenth of migrating anew.
  const template = process.env['TEST_DATABASE_TEMPLATE'];
  await admin.unsafe(`create database ${name}${template ? ` template ${template}` : ''}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const database = await openDatabase({ url, dataDir: '', log: quiet, poolSize: 5 });
  await database.migrate();
  return {
    database,
    url,
    async drop() {
      await database.close();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
