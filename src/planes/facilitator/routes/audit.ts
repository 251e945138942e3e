import { listAudit } from '#schemas/facilitator/audit.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { data } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** The trail of changes, for operators. */
export function auditRoutes({ audit }: FacilitatorServices): RouteBinding[] {
  return [
    bind(listAudit, async ({ query }) => {
      const { limit = 20, cursor, since, until, ...filter } = query;
      const times = {
        ...(since === undefined ? {} : { since: new Date(since) }),
        ...(until === undefined ? {} : { until: new Date(until) }),
      };
      const page = { limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) };
      const rows = await audit.list({ ...filter, ...times }, page);
      const shown = rows.slice(0, limit);
      return data({
        entries: shown.map(({ at, fields, ...entry }) => ({
          ...entry,
          fields: [...fields],
          at: at.toISOString(),
        })),
        nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
      });
    }),
  ];
}
