import * as clients from '#schemas/facilitator/clients.ts';
import type { Address } from '#src/core/hex.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { userIdOf, visibleTo } from '../auth.ts';
import { data, presentClient } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

const lower = (address: string) => address.toLowerCase() as Address;

/** Merchants' client keys. */
export function clientRoutes({ clients: service }: FacilitatorServices): RouteBinding[] {
  return [
    bind(clients.createMerchantClient, async ({ principal, body }) => {
      const { client, token } = await service.create(userIdOf(principal), {
        title: body.title.trim(),
        ...(body.scope === undefined ? {} : { scopes: body.scope.split(',').map((one) => one.trim()) }),
        ...(body.ttl_hours === undefined ? {} : { ttlHours: body.ttl_hours }),
        ...(body.pay_to === undefined ? {} : { payTo: [...new Set(body.pay_to.map(lower))] }),
        ...(body.quota_per_minute === undefined ? {} : { quotaPerMinute: body.quota_per_minute }),
      });
      return data({ client: { token, ...presentClient(client) } });
    }),
    bind(clients.listMerchantClients, async ({ principal, query }) => {
      const { offset = 0, limit = 20 } = query;
      return data((await service.list(visibleTo(principal), { offset, limit })).map(presentClient));
    }),
    bind(clients.rotateMerchantClient, async ({ principal, params, body }) => {
      const { client, token } = await service.rotate(visibleTo(principal), params.id, body.grace_hours ?? 24);
      const until = client.previousUntil;
      return data({
        client: {
          token,
          ...presentClient(client),
          ...(until ? { previousTokenExpiresAt: until.toISOString() } : {}),
        },
      });
    }),
    bind(clients.deleteMerchantClient, async ({ principal, params }) => {
      await service.revoke(visibleTo(principal), params.id);
      return data({ deleted: params.id });
    }),
  ];
}
