import { createTransferReader } from '#src/chain/transfer-reader.ts';
import type { Log } from '#src/http/logging.ts';
import { createIndexer } from '#src/services/events/indexer.ts';
import { createIndexing, type Indexing } from '#src/services/events/indexing.ts';
import type { Kernel } from './kernel.ts';

/** Follows what others do with tenants' tokens on the chains. */
export function composeIndexing({ store, clients, networks, clock }: Kernel, log: Log): Indexing {
  const indexer = createIndexer({
    store,
    chain: createTransferReader(clients),
    listWatchedTokens: (network) => store.platformTokens.listWatched(network),
    clock,
  });
  return createIndexing({
    indexer,
    networks: networks.list().map(({ name, simulated }) => ({ name, pollMs: simulated ? 500 : 2_000 })),
    log,
  });
}
