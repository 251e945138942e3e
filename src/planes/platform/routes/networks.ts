import * as networkOperations from '#schemas/platform/networks.ts';
import { fail } from '#src/core/errors.ts';
import type { NetworkSettings } from '#src/core/networks.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { environmentOf, reaches } from '../caller.ts';
import { page, presentNetwork } from '../present.ts';
import type { PlatformServices } from '../services.ts';

/** Chains, of the key's environment alone. */
export function networkRoutes({
  networks,
  head,
  isPaused,
  settles,
  platformTokens,
}: PlatformServices): RouteBinding[] {
  const shown = async (network: NetworkSettings) => {
    const [latest, paused] = await Promise.all([
      head(network.name),
      // What is told of the chains needs no database.
      isPaused(network.name).catch(() => false),
    ]);
    // One that does not answer is not asked more.
    const tokens = latest !== null && (await platformTokens.canDeploy(network.name).catch(() => false));
    return presentNetwork(network, { head: latest, paused, settles, tokens });
  };
  return [
    bind(networkOperations.listNetworks, async ({ principal }) => {
      const environment = environmentOf(principal);
      const mine = networks.list().filter((one) => reaches(environment, one));
      const data = await Promise.all(mine.map(shown));
      return page(data, { hasMore: false, total: data.length });
    }),
    bind(networkOperations.getNetwork, async ({ principal, params }) => {
      const network = networks.find(params.id);
      if (!network || !reaches(environmentOf(principal), network)) {
        throw fail('not_found', { resource: 'network' });
      }
      return shown(network);
    }),
  ];
}
