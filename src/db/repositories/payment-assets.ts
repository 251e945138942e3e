import { and, asc, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import type { PaymentAsset, PaymentAssetRepository } from '#src/core/ports/payment-assets.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { paymentAssets as t } from '../tables/facilitator.ts';

type Row = typeof t.$inferSelect;

/** Tokens that payments may be asked in; deleted ones are kept, and come back under their old id. */
export function paymentAssetRepository(db: Db): PaymentAssetRepository {
  const live = isNull(t.deletedAt);
  const listed = (where: SQL | undefined) => db.select().from(t).where(where).orderBy(asc(t.id));
  const active = lazy(() => listed(and(live, eq(t.active, true))).prepare('payment_assets_active'));
  return {
    async insert(asset, at) {
      const [row] = await db
        .insert(t)
        .values({ ...asset, createdAt: at })
        .onConflictDoUpdate({
          target: [t.network, t.asset],
          set: { ...asset, createdAt: at, deletedAt: null },
          setWhere: isNotNull(t.deletedAt),
        })
        .returning();
      return row ? toAsset(row) : null;
    },
    async seed(asset, at) {
      await db
        .insert(t)
        .values({ ...asset, createdAt: at })
        .onConflictDoNothing();
    },
    async list({ activeOnly }) {
      const found = activeOnly ? await active().execute() : await listed(live);
      return found.map(toAsset);
    },
    async find(id) {
      const [row] = await db
        .select()
        .from(t)
        .where(and(eq(t.id, id), live));
      return row ? toAsset(row) : null;
    },
    async update(id, change) {
      const [row] = await db
        .update(t)
        .set(change)
        .where(and(eq(t.id, id), live))
        .returning();
      return row ? toAsset(row) : null;
    },
    async delete(id, at) {
      const gone = await db
        .update(t)
        .set({ deletedAt: at })
        .where(and(eq(t.id, id), live))
        .returning({ id: t.id });
      return gone.length > 0;
    },
  };
}

function toAsset({ deletedAt: _deletedAt, ...row }: Row): PaymentAsset {
  return row;
}
