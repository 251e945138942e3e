import type { Clock } from '#src/core/clock.ts';
import type { Networks } from '#src/core/networks.ts';
import type { LaneStatusRepository } from '#src/core/ports/lanes.ts';

export type OperationStatusOptions = {
  store: { laneStatus: Pick<LaneStatusRepository, 'ofAccounts'> };
  networks: Pick<Networks, 'list'>;
  clock: Clock;
};

export type OperationLanes = {
  network: string;
  queued: number;
  inFlight: number;
  oldestUnsettledSeconds: number | null;
};

/** How the user operations of all smart accounts stand, network by network. */
export function createOperationStatus({ store, networks, clock }: OperationStatusOptions) {
  return async (): Promise<OperationLanes[]> => {
    const found = await store.laneStatus.ofAccounts();
    return networks.list().map(({ name: network }) => {
      const {
        queued = 0,
        inFlight = 0,
        oldestAt = null,
      } = found.find((one) => one.network === network) ?? {};
      const age = oldestAt && Math.max(0, (clock.now().getTime() - oldestAt.getTime()) / 1000);
      return { network, queued, inFlight, oldestUnsettledSeconds: age };
    });
  };
}
