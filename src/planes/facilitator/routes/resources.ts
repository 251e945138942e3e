import * as resources from '#schemas/facilitator/resources.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { userIdOf } from '../auth.ts';
import { data, presentResource } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** What merchants offer. */
export function resourceRoutes({ resources: service }: FacilitatorServices): RouteBinding[] {
  const page = async (userId: number | null, { offset = 0, limit = 100 }) => {
    const found = await service.list(userId, { offset, limit });
    return data({ resources: found.map(presentResource), offset, limit });
  };
  return [
    bind(resources.createResource, async ({ principal, body }) => {
      await service.create(userIdOf(principal), { metadata: {}, ...body });
      return data({ status: 'created' });
    }),
    bind(resources.listOwnResources, ({ principal, query }) => page(userIdOf(principal), query)),
    bind(resources.listResources, ({ query }) => page(null, query)),
    bind(resources.getResource, async ({ principal, params }) =>
      data(presentResource(await service.get(userIdOf(principal), params.id))),
    ),
    bind(resources.updateResource, async ({ principal, params, body }) => {
      await service.replace(userIdOf(principal), params.id, { metadata: {}, ...body });
      return data({ updated: params.id });
    }),
    bind(resources.deleteResource, async ({ principal, params }) => {
      await service.remove(userIdOf(principal), params.id);
      return data({ deleted: params.id });
    }),
  ];
}
