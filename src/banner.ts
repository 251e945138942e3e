import { resolve } from 'node:path';
import type { Config } from './config/load.ts';
import type { Runtime } from './compose.ts';

type Facts = {
  config: Config;
  runtime: Pick<Runtime, 'describe'>;
  address: string;
  simulated: boolean;
  /** Shown outside production only. */
  adminKey: string;
};

/** The one screen a start prints: where everything is and how to get in. Production shows no key. */
export function banner({ config, runtime, address, simulated, adminKey }: Facts): string {
  const { network, feePayers, paymaster, database } = runtime.describe();
  const rows: [string, string][] = [
    ['API', `${address}/api/v1`],
    ['Swagger UI', `${address}/docs`],
    ['Admin key', config.production ? '(ADMIN_MASTER_KEY)' : adminKey],
    ['Network', `${network.name} (chain ${network.chainId}${simulated ? ', simulated locally' : ''})`],
    ['Fee payers', feePayers.join(', ') || 'none: set FACILITATOR_PRIVATE_KEYS to settle payments'],
    ['Paymaster', paymaster ?? 'none'],
    ['Database', database],
    ['Data', resolve(config.env.DATA_DIR)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`);
  return `\nChronos is ready\n\n${lines.join('\n')}\n\n  npm run demo, in a second terminal, shows the main job.\n`;
}
