import { resolve } from 'node:path';
import type { Config } from './config/load.ts';
import type { Runtime } from './compose.ts';

type Facts = {
  config: Config;
  runtime: Pick<Runtime, 'describe'>;
  address: string;
  /** The local chain, when one stands in. */
  localnet: { addresses: { paymaster: string } } | undefined;
  /** Shown outside production only. */
  adminKey: string;
};

/** The one screen a start prints: where everything is and how to get in. Production shows no key. */
export function banner({ config, runtime, address, localnet, adminKey }: Facts): string {
  const { network, feePayers, paymaster, database } = runtime.describe();
  const rows: [string, string][] = [
    ['API', `${address}/api/v1`],
    ['Swagger UI', `${address}/docs`],
    ['Admin key', config.production ? '(ADMIN_MASTER_KEY)' : adminKey],
    ['Network', `${network.name} (chain ${network.chainId}${localnet ? ', simulated locally' : ''})`],
    ['Fee payers', feePayers.join(', ') || 'none: set FACILITATOR_PRIVATE_KEYS to settle payments'],
    // A hosted paymaster's URL holds its key: the host says enough.
    ['Paymaster', localnet?.addresses.paymaster ?? (paymaster ? new URL(paymaster).host : 'none')],
    ['Database', database],
    ['Data', resolve(config.env.DATA_DIR)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`);
  const hint = localnet ? '\n\n  npm run demo, in a second terminal, shows the main job.' : '';
  return `\nChronos is ready\n\n${lines.join('\n')}${hint}\n`;
}
