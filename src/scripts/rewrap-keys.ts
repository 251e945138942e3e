/**
 * Seals all wallet keys under the current key-encryption key (the first of KEY_ENCRYPTION_KEYS). Run it again at any
 * time: it does only what is left. On the embedded database the server must not run.
 */
import { createKeys } from '#src/chain/keys/keyring.ts';
import { keySettings } from '#src/config/keys.ts';
import { loadConfig } from '#src/config/load.ts';
import { loadSecrets } from '#src/config/secrets.ts';
import { openDatabase } from '#src/db/client.ts';
import { createStore } from '#src/db/store.ts';
import { createLogger } from '#src/http/logging.ts';
import { rewrapKeys } from '#src/services/key-custody.ts';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const { DATABASE_URL: url, DATA_DIR: dataDir } = config.env;
  const keys = createKeys(keySettings(config, loadSecrets(config)));
  const database = await openDatabase({ url, dataDir, log: createLogger(config.logLevel) });
  try {
    const ports = { store: createStore(database.db), keys };
    const { checked, rewrapped, failed } = await rewrapKeys(ports, (so) =>
      console.log(`${so.checked} keys checked, ${so.rewrapped} re-wrapped`),
    );
    for (const { walletId, reason } of failed) console.error(`${walletId} was left as it is: ${reason}`);
    if (failed.length > 0) process.exitCode = 1;
    else
      console.log(`Done: all ${checked} keys are under the current key, ${rewrapped} were re-wrapped now.`);
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
