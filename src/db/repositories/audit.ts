import { and, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { AuditRepository } from '#src/core/ports/audit.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { auditEntries as t } from '../tables/audit.ts';

/** The trail of changes. */
export function auditRepository(db: Db): AuditRepository {
  return {
    async insert({ fields, ...entry }) {
      await db.insert(t).values({ ...entry, fields: [...fields] });
    },
    deleteExpired: (at, limit) =>
      db.transaction(async (tx) => {
        const before = at.toISOString();
        // Says to the trigger which removal this is, until the transaction ends.
        await tx.execute(sql`select set_config('chronos.audit_before', ${before}, true)`);
        const old = sql`select seq from ${t} where at < ${before}::timestamptz and at < now() - interval '30 days'
          order by seq limit ${limit}`;
        return (await rows(tx, sql`delete from ${t} where seq in (${old}) returning 1`)).length;
      }),
    async list({ actor, operation, target, since, until }, { after, limit }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(eq(t.id, after ?? ''));
      const found = await db
        .select()
        .from(t)
        .where(
          and(
            actor === undefined ? undefined : eq(t.actor, actor),
            operation === undefined ? undefined : eq(t.operation, operation),
            target === undefined ? undefined : eq(t.target, target),
            since && gte(t.at, since),
            until && lt(t.at, until),
            after === undefined ? undefined : lt(t.seq, sql`(${cursor})`),
          ),
        )
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(({ seq: _seq, ...entry }) => entry);
    },
  };
}
