import { and, asc, eq, sql } from 'drizzle-orm';
import type { WalletKeyRepository } from '#src/core/ports/wallet-keys.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { walletKeys } from '../tables/adapter.ts';
import { toKey } from './wallets.ts';

type Row = typeof walletKeys.$inferSelect;

const stored = (row: Row) => ({ walletId: row.walletId, key: toKey(row) });

/** Steps from one (backend, encryption key) to the next in `wallet_keys_seal`: millions of rows cost nothing. */
const seals = sql`
  with recursive seals(backend, kek) as (
    (select backend, coalesce(sealed->>'kek', '') from wallet_keys order by 1, 2 limit 1)
    union all
    select following.backend, following.kek from seals cross join lateral (
      select k.backend, coalesce(k.sealed->>'kek', '') as kek from wallet_keys k
      where (k.backend, coalesce(k.sealed->>'kek', '')) > (seals.backend, seals.kek) order by 1, 2 limit 1
    ) following
  )
  select backend, kek from seals`;

/** Sealed keys for start checks and re-wrapping. */
export function walletKeyRepository(db: Db): WalletKeyRepository {
  return {
    async listSamples() {
      const found = await rows<{ backend: string; kek: string }>(db, seals);
      const samples = await Promise.all(
        found.map(({ backend, kek }) =>
          db
            .select()
            .from(walletKeys)
            .where(
              and(eq(walletKeys.backend, backend), sql`coalesce(${walletKeys.sealed}->>'kek', '') = ${kek}`),
            )
            .limit(1),
        ),
      );
      return samples.flat().map(stored);
    },
    async listAfter(after, limit) {
      const place = after && [after.walletId, after.key.version];
      const found = await db
        .select()
        .from(walletKeys)
        .where(
          place
            ? sql`(${walletKeys.walletId}, ${walletKeys.version}) > (${place[0]}, ${place[1]})`
            : undefined,
        )
        .orderBy(asc(walletKeys.walletId), asc(walletKeys.version))
        .limit(limit);
      return found.map(stored);
    },
    async replaceSealed({ walletId, key }, next) {
      const replaced = await db
        .update(walletKeys)
        .set({ sealed: { ...next.sealed } })
        .where(
          and(
            eq(walletKeys.walletId, walletId),
            eq(walletKeys.version, key.version),
            eq(walletKeys.owner, next.owner),
            eq(walletKeys.sealed, { ...key.sealed }),
          ),
        )
        .returning({ version: walletKeys.version });
      return replaced.length === 1;
    },
  };
}
