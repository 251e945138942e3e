import { createHeads } from '#src/chain/heads.ts';
import { signerLane } from '#src/chain/signers/executor.ts';
import { createSignerLook } from '#src/chain/signers/look.ts';
import { createNetworkPauses } from '#src/services/network-pauses.ts';
import { createOperationStatus } from '#src/services/operation-status.ts';
import { createReadiness } from '#src/services/readiness.ts';
import { createSignerStatus } from '#src/services/signer-status.ts';
import type { Signers } from './facilitator.ts';
import type { Kernel } from './kernel.ts';

export type Operators = ReturnType<typeof composeOperators>;

/** What operators see and steer: signers, pauses, whether this replica is ready. */
export function composeOperators(
  { networks, store, clock, database, metrics }: Kernel,
  { pool, rpc }: Signers,
  isQueueRunning: () => boolean,
) {
  const head = createHeads(rpc);
  const signerStatus = createSignerStatus({
    store,
    networks,
    clock,
    laneOf: signerLane,
    addresses: pool.addresses,
    look: createSignerLook(pool, rpc),
  });
  metrics.lanes(signerStatus);
  metrics.operations(createOperationStatus({ store, networks, clock }));
  let ending = false;
  return {
    announceEnd() {
      ending = true;
    },
    head,
    pauses: createNetworkPauses({ store, networks, clock }),
    signerStatus,
    missing: createReadiness({
      pingDatabase: () => database.ping(),
      networks: networks.list().map((network) => network.name),
      head,
      isQueueRunning,
      isEnding: () => ending,
    }),
  };
}
