import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { fail } from '#src/core/errors.ts';
import { takeFolderLock } from './folder-lock.ts';
import type { Database, DatabaseOptions, Db } from './handle.ts';
import { openPostgres } from './postgres.ts';

/** Opens PostgreSQL when `url` is given, else PGlite in the data folder under an exclusive lock. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const base = options.url === undefined ? await openEmbedded(options) : openPostgres(options.url, options);
  return { ...base, ping: (timeoutMs = 2000) => ping(base.db, timeoutMs) };
}

async function openEmbedded(options: DatabaseOptions): Promise<Omit<Database, 'ping'>> {
  const { openPglite } = await loadPglite();
  if (options.dataDir === 'memory://') return openPglite(undefined, async () => {}, options.log);
  const folder = join(options.dataDir, 'pglite');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const release = await takeFolderLock(join(options.dataDir, 'pglite.lock'));
  try {
    return await openPglite(folder, release, options.log);
  } catch (error) {
    await release();
    throw error;
  }
}

async function loadPglite() {
  try {
    return await import('./pglite.ts');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw fail('unavailable', {
      resource: 'database',
      message: 'DATABASE_URL is not set and the embedded database (@electric-sql/pglite) is not installed',
      cause: error,
    });
  }
}

async function ping(db: Db, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail('unavailable', { resource: 'database' })), timeoutMs);
  });
  try {
    await Promise.race([db.execute(sql`select 1`), late]);
  } finally {
    clearTimeout(timer);
  }
}
