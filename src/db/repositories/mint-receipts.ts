import { and, eq, isNull, sql } from 'drizzle-orm';
import type { MintReceiptRepository } from '#src/core/ports/mints.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { mintReceipts } from '../tables/adapter.ts';

/** What receipts mint. */
export function mintReceiptRepository(db: Db): MintReceiptRepository {
  const t = mintReceipts;
  const one = lazy(() =>
    db
      .select()
      .from(t)
      .where(and(eq(t.owner, sql.placeholder('owner')), eq(t.receiptId, sql.placeholder('receiptId'))))
      .prepare('mint_receipts_find'),
  );
  const carriedBy = (id: string | null) => (id === null ? isNull(t.transactionId) : eq(t.transactionId, id));
  return {
    async find(owner, receiptId) {
      const [row] = await one().execute({ owner, receiptId });
      return row ?? null;
    },
    async insert(receipt, at) {
      const [row] = await db
        .insert(t)
        .values({ ...receipt, transactionId: null, createdAt: at })
        .onConflictDoNothing({ target: [t.owner, t.receiptId] })
        .returning();
      return row ?? null;
    },
    async renew(id, before, voucher) {
      const [row] = await db
        .update(t)
        .set(voucher)
        .where(and(eq(t.id, id), carriedBy(before)))
        .returning();
      return row ?? null;
    },
    async claim(id, before, transactionId) {
      const changed = await db
        .update(t)
        .set({ transactionId })
        .where(and(eq(t.id, id), carriedBy(before)))
        .returning({ id: t.id });
      return changed.length === 1;
    },
  };
}
