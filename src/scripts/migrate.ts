import { loadConfig } from '#src/config/load.ts';
import { openDatabase } from '#src/db/client.ts';
import { createLogger } from '#src/http/logging.ts';

/** Applies the migrations and ends; `npm start` does the same at its start. */
const { env, logLevel } = loadConfig(process.env);
const database = await openDatabase({
  url: env.DATABASE_URL,
  dataDir: env.DATA_DIR,
  log: createLogger(logLevel),
});
try {
  await database.migrate();
  console.log('The database is up to date.');
} finally {
  await database.close();
}
