import * as settlements from '#schemas/facilitator/settlements.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { data, presentPayment } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** A merchant's own payments; its client keys may read them, too. */
export function settlementRoutes({ payments }: FacilitatorServices): RouteBinding[] {
  return [
    bind(settlements.listSettlements, async ({ principal, query }) => {
      const { limit = 20, cursor, status } = query;
      const rows = await payments.list(principal.owner, {
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(status === undefined ? {} : { status }),
      });
      const shown = rows.slice(0, limit);
      const nextCursor = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
      return data({ settlements: shown.map(presentPayment), nextCursor });
    }),
    bind(settlements.getSettlement, async ({ principal, params }) =>
      data(presentPayment(await payments.get(principal.owner, params.id))),
    ),
  ];
}
