import * as system from '#schemas/facilitator/system.ts';
import { unixSeconds } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { data, presentAsset, presentKind } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** Health, status, networks, assets, supported. */
export function systemRoutes(services: FacilitatorServices): RouteBinding[] {
  const { networks, assets, clock, version } = services;
  const kinds = async () => (await networks.kinds()).map(presentKind);
  return [
    bind(system.getHealth, async () => ({
      status: 'healthy' as const,
      timestamp: unixSeconds(clock),
      version,
    })),
    bind(system.getReady, async () => {
      const missing = await services.missing();
      if (missing.length > 0)
        throw fail('unavailable', { details: { reason: missing.join(', ') }, retryAfter: 1 });
      return { status: 'ready' as const };
    }),
    bind(system.getMetrics, () => services.metrics()),
    bind(system.getStatus, async () => {
      const [list, database] = await Promise.all([
        networks.kinds(),
        services.pingDatabase().then(
          () => 'healthy' as const,
          () => 'unavailable' as const,
        ),
      ]);
      const well = database === 'healthy' && list.every((kind) => kind.status !== 'unavailable');
      return data({
        status: well ? 'healthy' : 'degraded',
        version,
        uptime: Math.floor((clock.now().getTime() - services.startedAt.getTime()) / 1000),
        networks: list.filter((kind) => kind.x402Version === 1).map(presentKind),
        database: { status: database },
      });
    }),
    bind(system.listPaymentNetworks, async () => ({ kinds: await kinds() })),
    bind(system.getPaymentNetwork, async ({ params }) => {
      const kind = presentKind(await networks.kind(params.id));
      return { ...kind, extra: { feePayer: kind.feePayer } };
    }),
    bind(system.listAssets, async () => data((await assets.listActive()).map(presentAsset))),
    bind(system.getSupported, async () => ({
      kinds: await kinds(),
      extensions: [...networks.extensions],
      signers: networks.signers(),
    })),
  ];
}
