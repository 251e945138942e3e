/** A replica of its own process on a shared database: tells its parent the port, serves until it is killed. */
import { buildApp } from '#src/app.ts';
import { compose } from '#src/compose.ts';
import { loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import type { Secrets } from '#src/config/secrets.ts';
import type { Hex } from '#src/core/hex.ts';
import { createLogger } from '#src/http/logging.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

export type ReplicaInput = {
  databaseUrl: string;
  localnet: LocalnetInfo;
  secrets: Secrets;
  signers: readonly Hex[];
};

const input = JSON.parse(process.argv[2] ?? '{}') as ReplicaInput;
const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: input.databaseUrl });
const log = createLogger('silent');
const runtime = await compose({
  config,
  secrets: input.secrets,
  version: '1.0.0',
  networks: networkSettings(config, input.localnet),
  keys: { mintSigner: input.localnet.keys.mintSigner, facilitator: input.signers },
  log,
  timing: { leaseMs: 2_000, pollMs: 200, resendMs: 500 },
});
const app = await buildApp(runtime.planes, { version: '1.0.0', publicUrl: '/', log, trustProxy: false });
await app.ready();
await runtime.start();
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
