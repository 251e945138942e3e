/** A process of its own that settles one payment and kills itself at a checkpoint of the journal. */
import { buildApp } from '#src/app.ts';
import { compose } from '#src/compose.ts';
import { loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import type { Secrets } from '#src/config/secrets.ts';
import type { Hex } from '#src/core/hex.ts';
import { createLogger } from '#src/http/logging.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

export type CrashInput = {
  dataDir: string;
  localnet: LocalnetInfo;
  secrets: Secrets;
  signers: readonly Hex[];
  checkpoint: string;
  headers: Record<string, string>;
  payment: object;
};

const input = JSON.parse(process.argv[2] ?? '{}') as CrashInput;
const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: input.dataDir });
const log = createLogger('silent');
const runtime = await compose({
  config,
  secrets: input.secrets,
  version: '1.0.0',
  networks: networkSettings(config, input.localnet),
  keys: { mintSigner: input.localnet.keys.mintSigner, facilitator: input.signers },
  log,
  checkpoint(name) {
    if (name === input.checkpoint) process.kill(process.pid, 'SIGKILL');
  },
});
const app = await buildApp(runtime.planes, { version: '1.0.0', publicUrl: '/', log, trustProxy: false });
await app.ready();
await runtime.start();
await app.inject({ method: 'POST', url: '/api/v1/settle', headers: input.headers, payload: input.payment });
// Reached only when the checkpoint is passed after the answer.
await new Promise((resolve) => setTimeout(resolve, 60_000));
