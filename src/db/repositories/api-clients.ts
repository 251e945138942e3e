import { desc, eq, lt, sql } from 'drizzle-orm';
import type { ApiClient, ApiClientRepository } from '#src/core/ports/api-clients.ts';
import type { Db } from '../handle.ts';
import { noneOlder, olderThan } from '../overlap.ts';
import { lazy } from '../statement.ts';
import { apiClients, revokedTokens } from '../tables/adapter.ts';
import { fromPolicy, toPolicy } from './sponsorship-policy.ts';

type Row = typeof apiClients.$inferSelect;

/** Asked on requests before anything is known of the caller. */
function hotQuestions(db: Db) {
  const t = apiClients;
  const byToken = lazy(() =>
    db
      .select({
        client: t,
        tokenRevoked: sql<boolean>`exists (select 1 from ${revokedTokens}
          where ${revokedTokens.jti} = ${sql.placeholder('jti')})`,
      })
      .from(t)
      .where(eq(t.id, sql.placeholder('id')))
      .prepare('api_clients_by_token'),
  );
  const byOrigin = lazy(() =>
    db
      .select({ id: t.id })
      .from(t)
      .where(
        sql`${t.allowedOrigins} @> ${sql.placeholder('origin')}::jsonb and ${t.revokedAt} is null
          and (${t.expiresAt} is null or ${t.expiresAt} > ${sql.placeholder('at')}::timestamptz)`,
      )
      .limit(1)
      .prepare('api_clients_by_origin'),
  );
  return { byToken, byOrigin };
}

/** Apps' credentials. */
export function apiClientRepository(db: Db): ApiClientRepository {
  const t = apiClients;
  const { byToken, byOrigin } = hotQuestions(db);
  const one = async (id: string): Promise<Row | undefined> => {
    const [row] = await db.select().from(t).where(eq(t.id, id));
    return row;
  };
  return {
    async insert({ scopes, allowedOrigins, allowedIps, ...client }, at) {
      const lists = {
        scopes: [...scopes],
        allowedOrigins: [...allowedOrigins],
        allowedIps: [...allowedIps],
      };
      const [row] = await db
        .insert(t)
        .values({ ...client, ...lists, createdAt: at, updatedAt: at })
        .returning();
      if (!row) throw new Error('insert returned no row');
      return toClient(row);
    },
    async find(id) {
      const row = await one(id);
      return row ? toClient(row) : null;
    },
    async findWithSecrets(id, at) {
      const row = await one(id);
      if (!row) return null;
      return { client: toClient(row), hashes: [row.secretHash, ...replacedHashes(row, at)] };
    },
    async findByToken(id, jti) {
      const [row] = await byToken().execute({ id, jti });
      return row ? { client: toClient(row.client), tokenRevoked: row.tokenRevoked } : null;
    },
    async listsOrigin(origin, at) {
      const [row] = await byOrigin().execute({ origin: JSON.stringify([origin]), at: at.toISOString() });
      return row !== undefined;
    },
    async list({ after, limit }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(eq(t.id, after ?? ''));
      const found = await db
        .select()
        .from(t)
        .where(after === undefined ? undefined : lt(t.seq, sql`(${cursor})`))
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toClient);
    },
    async update(id, { scopes, allowedOrigins, allowedIps, sponsorship, ...rest }, at) {
      const lists = {
        ...(scopes ? { scopes: [...scopes] } : {}),
        ...(allowedOrigins ? { allowedOrigins: [...allowedOrigins] } : {}),
        ...(allowedIps ? { allowedIps: [...allowedIps] } : {}),
        ...(sponsorship === undefined ? {} : { sponsorship: fromPolicy(sponsorship) }),
      };
      const [row] = await db
        .update(t)
        .set({ ...rest, ...lists, updatedAt: at })
        .where(eq(t.id, id))
        .returning();
      return row ? toClient(row) : null;
    },
    async rotate(id, secretHash, previousUntil, at) {
      const previous = sql`jsonb_build_object('hash', ${t.previousSecretHash}, 'expiresAt', ${t.previousSecretExpiresAt})`;
      const [row] = await db
        .update(t)
        .set({
          previousSecretHash: sql`${t.secretHash}`,
          secretHash,
          previousSecretExpiresAt: previousUntil,
          olderSecrets: previousUntil > at ? olderThan(previous, t.olderSecrets, at) : noneOlder,
          updatedAt: at,
        })
        .where(eq(t.id, id))
        .returning();
      return row ? toClient(row) : null;
    },
    async revoke(id, at) {
      const first = sql`coalesce(${t.revokedAt}, ${at.toISOString()}::timestamptz)`;
      const [row] = await db
        .update(t)
        .set({ revokedAt: first, updatedAt: at })
        .where(eq(t.id, id))
        .returning();
      return row ? toClient(row) : null;
    },
  };
}

/** Hashes of replaced secrets that still work at `at`. */
function replacedHashes(row: Row, at: Date): string[] {
  const { previousSecretHash: hash, previousSecretExpiresAt: expiresAt, olderSecrets } = row;
  const older = olderSecrets.filter((one) => new Date(one.expiresAt) > at).map((one) => one.hash);
  return hash && expiresAt && expiresAt > at ? [hash, ...older] : older;
}

function toClient(row: Row): ApiClient {
  const { seq: _seq, secretHash: _secret, sponsorship, ...rest } = row;
  const { previousSecretHash: _previous, olderSecrets: _older, ...client } = rest;
  return { ...client, sponsorship: sponsorship && toPolicy(sponsorship) };
}
