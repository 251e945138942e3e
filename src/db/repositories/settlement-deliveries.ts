import { and, eq, isNull, sql } from 'drizzle-orm';
import type { SettlementRepository } from '#src/core/ports/settlements.ts';
import { isUniqueViolation } from '../errors.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { settlements as t } from '../tables/facilitator.ts';

/** The right to say success, taken once. */
export function deliveries(db: Db): Pick<SettlementRepository, 'claimDeliveries' | 'claimDeliveryAs'> {
  return {
    async claimDeliveries(ids, at) {
      const claimed = await rows<{ id: string }>(
        db,
        sql`update settlements set delivered_at = ${at.toISOString()}::timestamptz
          where id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
            and status = 'settled' and delivered_at is null
          returning id`,
      );
      return claimed.map(({ id }) => id);
    },
    async claimDeliveryAs(id, idempotencyKey, at) {
      const claim = async (change: { idempotencyKey?: string }) => {
        const free = and(eq(t.id, id), eq(t.status, 'settled'), isNull(t.deliveredAt));
        const done = await db
          .update(t)
          .set({ deliveredAt: at, ...change })
          .where(free)
          .returning({ id: t.id });
        return done.length > 0;
      };
      // Used for another payment in between: success is worth more than its replay.
      return claim({ idempotencyKey }).catch((error: unknown) => {
        if (isUniqueViolation(error)) return claim({});
        throw error;
      });
    },
  };
}
