/** A process of its own that delivers webhooks from a database folder, until it is killed. */
import { openDatabase } from '#src/db/client.ts';
import { createStore } from '#src/db/store.ts';
import { createEgress } from '#src/http/egress.ts';
import { createDeliverer } from '#src/services/webhooks/deliverer.ts';

export type CrashInput = { dataDir: string; leaseMs: number; secret: string };

const { dataDir, leaseMs, secret } = JSON.parse(process.argv[2] ?? '{}') as CrashInput;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const database = await openDatabase({ dataDir, log: quiet });
const egress = createEgress({ allowLoopback: true, timeoutMs: 60_000 });
createDeliverer({
  store: createStore(database.db),
  clock: { now: () => new Date() },
  log: quiet,
  egress,
  unseal: () => secret,
  userAgent: 'Chronos/test',
  onEvent: () => {},
  abort: () => egress.close(),
  leaseMs,
}).start();
