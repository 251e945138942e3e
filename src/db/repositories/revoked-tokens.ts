import { sql } from 'drizzle-orm';
import type { RevokedTokenRepository } from '#src/core/ports/api-clients.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { revokedTokens } from '../tables/adapter.ts';

/** Access tokens that are refused before they expire. */
export function revokedTokenRepository(db: Db): RevokedTokenRepository {
  const t = revokedTokens;
  return {
    async insert(jti, expiresAt) {
      await db.insert(t).values({ jti, expiresAt }).onConflictDoNothing();
    },
    async deleteExpired(at, limit) {
      const gone = await rows(
        db,
        sql`delete from ${t} where ctid in (
          select ctid from ${t} where ${t.expiresAt} < ${at.toISOString()}::timestamptz limit ${limit}) returning 1`,
      );
      return gone.length;
    },
  };
}
