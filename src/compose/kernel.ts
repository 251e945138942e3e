import type { ChainClients } from '#src/chain/clients.ts';
import type { Config } from '#src/config/load.ts';
import type { Secrets } from '#src/config/secrets.ts';
import type { Clock } from '#src/core/clock.ts';
import type { Networks } from '#src/core/networks.ts';
import { deriveKey } from '#src/core/secrets.ts';
import type { Database } from '#src/db/handle.ts';
import type { Metrics } from '#src/http/metrics.ts';
import type { Usage } from '#src/services/usage.ts';
import type { Store } from '#src/db/store.ts';

/** What every part of the composition is given. */
export type Kernel = {
  config: Config;
  secrets: Secrets;
  version: string;
  networks: Networks;
  clients: ChainClients;
  database: Database;
  store: Store;
  clock: Clock;
  metrics: Metrics;
  usage: Usage;
};

/** Keys the hashes of generated secrets; it must outlive a rotation of JWT_SECRET. */
export function pepperOf({ config, secrets }: Pick<Kernel, 'config' | 'secrets'>): Buffer {
  return deriveKey(config.env.SECRET_PEPPER ?? secrets.JWT_SECRET, 'pepper');
}
