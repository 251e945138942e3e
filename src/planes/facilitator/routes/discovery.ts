import * as discovery from '#schemas/facilitator/discovery.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { presentListing } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

const x402Version = 2;

/** What can be bought, for everybody. */
export function discoveryRoutes({ discovery: service }: FacilitatorServices): RouteBinding[] {
  return [
    bind(discovery.listDiscoveryResources, async ({ query }) => {
      const { limit = 20, offset = 0, ...filter } = query;
      const { listings, total } = await service.list(filter, { limit, offset });
      return { x402Version, items: listings.map(presentListing), pagination: { limit, offset, total } };
    }),
    bind(discovery.searchDiscoveryResources, async ({ query }) => {
      const { limit = 20, cursor: from, query: text, ...filter } = query;
      const { listings, cursor } = await service.search(text, filter, { limit, cursor: from });
      return {
        x402Version,
        resources: listings.map(presentListing),
        partialResults: cursor !== null,
        pagination: { limit, cursor },
      };
    }),
  ];
}
