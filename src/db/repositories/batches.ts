import { and, eq } from 'drizzle-orm';
import type { BatchRepository } from '#src/core/ports/batches.ts';
import type { Db } from '../handle.ts';
import { batches as t } from '../tables/batches.ts';

/** Batches of tenants. */
export function batchRepository(db: Db): BatchRepository {
  return {
    async insert(batch, at) {
      const row = { ...batch, operations: [...batch.operations], createdAt: at };
      await db.insert(t).values(row);
      return row;
    },
    async find(owner, id) {
      const [row] = await db
        .select()
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, id)));
      return row ?? null;
    },
  };
}
