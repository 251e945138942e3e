import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadConfig } from '#src/config/load.ts';
import { takeFolderLock } from '#src/db/folder-lock.ts';
import { resetLocalnet } from '#src/localnet/index.ts';

/** Forgets the local chain and its database together; the secrets of the data folder stay. Refuses while it is in use. */
async function main(): Promise<void> {
  const { env, production } = loadConfig(process.env);
  if (production) throw new Error('reset is for development data folders');
  if (env.DATABASE_URL) throw new Error('DATABASE_URL is set: reset only forgets the embedded database');
  await mkdir(env.DATA_DIR, { recursive: true, mode: 0o700 });
  const release = await takeFolderLock(join(env.DATA_DIR, 'pglite.lock'));
  try {
    await resetLocalnet({ dataDir: env.DATA_DIR });
    await rm(join(env.DATA_DIR, 'pglite'), { recursive: true, force: true });
  } finally {
    await release();
  }
  console.log(`The local chain and database in ${resolve(env.DATA_DIR)} are gone; npm start makes new ones.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
