import { and, asc, count, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { ApiKey, ApiKeyRepository, ApiKeySecret, ApiKeyWithSecrets } from '#src/core/ports/api-keys.ts';
import type { Db } from '../handle.ts';
import { lazy, toJson } from '../statement.ts';
import { users } from '../tables/facilitator.ts';
import { apiKeys as t, apiKeySecrets as s } from '../tables/platform.ts';

type Row = typeof t.$inferSelect;

/** Keys of tenants and their secrets' hashes. */
export function apiKeyRepository(db: Db): ApiKeyRepository {
  const own = (tenantId: string, id: string) => and(eq(t.id, id), eq(t.tenantId, tenantId));
  const bySecret = lazy(() =>
    db
      .select({
        key: t,
        secretExpiresAt: s.expiresAt,
        deserted: sql<boolean>`not exists (select 1 from ${users}
          where ${users.tenantId} = ${t.tenantId} and ${users.deletedAt} is null)`,
      })
      .from(s)
      .innerJoin(t, eq(t.id, s.keyId))
      .where(eq(s.hash, sql.placeholder('hash')))
      .prepare('api_keys_by_secret'),
  );
  return {
    insert: ({ scopes, allowedIps, ...key }, secret, at) =>
      db.transaction(async (tx) => {
        const lists = { scopes: scopes && [...scopes], allowedIps: [...allowedIps] };
        const [row] = await tx
          .insert(t)
          .values({ ...key, ...lists, createdAt: at, updatedAt: at })
          .returning();
        if (!row) throw new Error('insert returned no row');
        await tx.insert(s).values({ ...secret, keyId: row.id, createdAt: at });
        return withSecrets(row, await secretsOf(tx as Db, [row.id], at));
      }),
    async find(tenantId, id, at) {
      const [row] = await db.select().from(t).where(own(tenantId, id));
      return row ? withSecrets(row, await secretsOf(db, [id], at)) : null;
    },
    async list(tenantId, { after, limit }, at) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(own(tenantId, after ?? ''));
      const found = await db
        .select()
        .from(t)
        .where(and(eq(t.tenantId, tenantId), after === undefined ? undefined : lt(t.seq, sql`(${cursor})`)))
        .orderBy(desc(t.seq))
        .limit(limit + 1);
      const [all] = await db.select({ total: count() }).from(t).where(eq(t.tenantId, tenantId));
      const ids = found.map(({ id }) => id);
      const secrets = await secretsOf(db, ids, at);
      return { keys: found.map((row) => withSecrets(row, secrets)), total: all?.total ?? 0 };
    },
    async update(tenantId, id, { scopes, allowedIps, ...change }, at) {
      const lists = {
        ...(scopes === undefined ? {} : { scopes: scopes && [...scopes] }),
        ...(allowedIps === undefined ? {} : { allowedIps: [...allowedIps] }),
      };
      const done = await db
        .update(t)
        .set({ ...change, ...lists, updatedAt: at })
        .where(own(tenantId, id))
        .returning({ id: t.id });
      return done.length > 0;
    },
    rotate: (tenantId, id, secret, until, at) =>
      db.transaction(async (tx) => {
        // The row's lock makes rotations of one key queue up.
        const live = await tx
          .update(t)
          .set({ updatedAt: at })
          .where(and(own(tenantId, id), isNull(t.revokedAt)))
          .returning({ id: t.id });
        if (live.length === 0) return false;
        await tx
          .update(s)
          .set({ expiresAt: sql`least(${s.expiresAt}, ${until.toISOString()}::timestamptz)` })
          .where(and(eq(s.keyId, id), until > at ? isNull(s.expiresAt) : undefined));
        await tx.insert(s).values({ ...secret, keyId: id, createdAt: at });
        return true;
      }),
    async revoke(tenantId, id, at) {
      const first = sql`coalesce(${t.revokedAt}, ${at.toISOString()}::timestamptz)`;
      const done = await db
        .update(t)
        .set({ revokedAt: first, updatedAt: at })
        .where(own(tenantId, id))
        .returning({ id: t.id });
      return done.length > 0;
    },
    async findBySecret(hash) {
      const [row] = await bySecret().execute({ hash });
      return row ? { ...row, key: toKey(row.key) } : null;
    },
    async touch(uses) {
      // Locked in the order of their keys, so that two replicas never block each other.
      await db.execute(sql`with used as (
          select * from jsonb_to_recordset(${toJson(uses)}::jsonb) as u(hash text, at timestamptz)),
        locked as (select hash from ${s} where hash in (select hash from used) order by hash for update)
        update ${s} as k set last_used_at = greatest(k.last_used_at, used.at)
        from used join locked using (hash) where k.hash = used.hash`);
    },
  };
}

type KeyedSecret = ApiKeySecret & { keyId: string };

/** Secrets that work, the current one of each key first. */
function secretsOf(db: Db, ids: readonly string[], at: Date): Promise<KeyedSecret[]> {
  const { keyId, hint, createdAt, expiresAt, lastUsedAt } = s;
  return db
    .select({ keyId, hint, createdAt, expiresAt, lastUsedAt })
    .from(s)
    .where(and(inArray(keyId, [...ids, '']), or(isNull(expiresAt), gt(expiresAt, at))))
    .orderBy(sql`${expiresAt} is not null`, desc(createdAt), asc(s.hash));
}

function withSecrets(row: Row, all: readonly KeyedSecret[]): ApiKeyWithSecrets {
  const secrets = all.flatMap(({ keyId, ...secret }) => (keyId === row.id ? [secret] : []));
  return { ...toKey(row), secrets };
}

function toKey({ seq: _seq, ...row }: Row): ApiKey {
  return row;
}
