/**
 * A process with a database on a disk that its parent declares full and free again: as on a full disk, no file grows
 * and none is made in the data folder. Answers each word of its parent with what came of it.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Database } from '#src/db/handle.ts';

const dataDir = process.argv[2] ?? '';
let full = false;

const noSpace = () =>
  Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', errno: -28 });
const { writeSync, openSync } = fs;
const grows = (fd: number, length: number, at: number | null | undefined) => {
  const { size } = fs.fstatSync(fd);
  return (at ?? size) + length > size;
};
fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
  const [fd, bytes, , length, at] = args as unknown as [number, Uint8Array, number, number?, number?];
  if (full && fd > 2 && grows(fd, length ?? bytes.length, at)) throw noSpace();
  return writeSync(...args);
}) as typeof writeSync;
fs.openSync = (path, flags, mode) => {
  if (
    full &&
    String(path).startsWith(dataDir) &&
    Number(flags) & fs.constants.O_CREAT &&
    !fs.existsSync(path)
  )
    throw noSpace();
  return openSync(path, flags, mode);
};
syncBuiltinESMExports();

const { openDatabase } = await import('#src/db/client.ts');
const { createStore } = await import('#src/db/store.ts');
const { intent } = await import('./kit.ts');
const quiet = { info() {}, warn() {}, error() {} };
const database: Database = await openDatabase({ dataDir, log: quiet });
const store = createStore(database.db);

const words: Record<string, () => Promise<unknown>> = {
  full: async () => (full = true),
  free: async () => (full = false),
  write: async () =>
    (await store.transactions.insert(intent({ meta: { long: 'x'.repeat(2_000) } }), new Date())).id,
  /** Fills the files of the log that are there, 16 MB each, until a new one is wanted. */
  async log() {
    for (let files = 0; files < 20; files += 1) {
      await database.executeSql('select pg_current_xact_id()');
      await database.executeSql('select pg_switch_wal()');
    }
  },
  ping: () => database.ping(),
  close: () => database.close(),
};

process.on('message', (word: string) => {
  const tell = (answer: object) => process.send?.(answer, () => word === 'close' && process.disconnect());
  words[word]!().then(
    (done) => tell({ done: done ?? null }),
    (error: { kind?: unknown }) => tell({ failed: error.kind ?? 'other' }),
  );
});
process.send?.('open');
