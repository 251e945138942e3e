import { getApiKeyUsage } from '#schemas/platform/api-key-usage.ts';
import * as keys from '#schemas/platform/api-keys.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { usageOwner } from '#src/core/usage.ts';
import { tenantOf } from '../caller.ts';
import { page, presentApiKey, presentUsage } from '../present.ts';
import type { PlatformServices } from '../services.ts';

type Bounds = {
  name?: string;
  scopes?: string[] | null;
  expires_at?: number | null;
  allowed_ips?: string[];
  rate_limit?: number | null;
};

const dateOf = (seconds: number | null) => (seconds === null ? null : new Date(seconds * 1000));

/** What a body says of a key's bounds; what it leaves out stays out. */
function boundsOf({ name, scopes, expires_at, allowed_ips, rate_limit }: Bounds) {
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(expires_at === undefined ? {} : { expiresAt: dateOf(expires_at) }),
    ...(allowed_ips === undefined ? {} : { allowedIps: allowed_ips }),
    ...(rate_limit === undefined ? {} : { rateLimit: rate_limit }),
  };
}

/** A tenant's keys, for its people. */
export function apiKeyRoutes({ apiKeys, reports }: PlatformServices): RouteBinding[] {
  return [
    bind(keys.createApiKey, async ({ principal, body }) => {
      const { type = 'secret', environment = 'test', name } = body;
      const input = { ...boundsOf(body), name: name.trim(), type, environment };
      const { key, secret } = await apiKeys.create(tenantOf(principal), input);
      return { ...presentApiKey(key), key: secret };
    }),
    bind(keys.listApiKeys, async ({ principal, query }) => {
      const { limit = 20, starting_after: after } = query;
      const found = await apiKeys.list(tenantOf(principal), {
        limit,
        ...(after === undefined ? {} : { after }),
      });
      return page(found.data.map(presentApiKey), found);
    }),
    bind(keys.getApiKey, async ({ principal, params }) =>
      presentApiKey(await apiKeys.get(tenantOf(principal), params.id)),
    ),
    bind(keys.updateApiKey, async ({ principal, params, body }) =>
      presentApiKey(await apiKeys.update(tenantOf(principal), params.id, boundsOf(body))),
    ),
    bind(keys.revokeApiKey, async ({ principal, params }) =>
      presentApiKey(await apiKeys.revoke(tenantOf(principal), params.id)),
    ),
    bind(keys.rotateApiKey, async ({ principal, params, body }) => {
      const grace = body.grace_period_seconds ?? 86_400;
      const { key, secret } = await apiKeys.rotate(tenantOf(principal), params.id, grace);
      return { ...presentApiKey(key), key: secret };
    }),
    bind(getApiKeyUsage, async ({ principal, params, query }) => {
      const { id } = await apiKeys.get(tenantOf(principal), params.id);
      const days = await reports.requests(usageOwner(id), 'day', query);
      return page(days.map(presentUsage), { hasMore: false, total: days.length });
    }),
  ];
}
