/** The real process in small: app, journal and lanes on a port, ended by SIGKILL at a checkpoint when one is told. */
import { buildApp } from '#src/app.ts';
import { compose } from '#src/compose.ts';
import { loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import type { Secrets } from '#src/config/secrets.ts';
import { createLogger } from '#src/http/logging.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

export type ChildOptions = {
  dataDir: string;
  databaseUrl: string | undefined;
  localnet: LocalnetInfo;
  secrets: Secrets;
  checkpoint: string | null;
};

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const { localnet, secrets, dataDir, databaseUrl } = options;
const config = loadConfig({
  NODE_ENV: 'test',
  DATA_DIR: dataDir,
  ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
});
const log = createLogger('silent');
let armed = false;
const runtime = await compose({
  config,
  secrets,
  version: '1.0.0',
  networks: networkSettings(config, localnet),
  keys: { mintSigner: localnet.keys.mintSigner, facilitator: [] },
  log,
  timing: { leaseMs: 2_000, resendMs: 300, backoffMs: 50, maxBackoffMs: 500, pollMs: 100 },
  checkpoint(name) {
    if (armed && name === options.checkpoint) process.kill(process.pid, 'SIGKILL');
  },
});
const app = await buildApp(runtime.planes, { version: '1.0.0', publicUrl: '/', log, trustProxy: false });
await runtime.start();
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.on('message', () => {
  armed = true;
  process.send?.('armed');
});
process.send?.(address);
