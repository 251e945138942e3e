import { and, count, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { TenantWallet, TenantWalletRepository } from '#src/core/ports/tenant-wallets.ts';
import type { Db } from '../handle.ts';
import { wallets } from '../tables/adapter.ts';
import { tenantWallets as t } from '../tables/platform.ts';

/** What tenants know their wallets by. */
export function tenantWalletRepository(db: Db): TenantWalletRepository {
  const joined = () =>
    db.select({ wallet: t, address: wallets.address }).from(t).innerJoin(wallets, eq(wallets.id, t.id));
  const one = async (owner: string, which: SQL): Promise<TenantWallet | null> => {
    const [row] = await joined().where(and(eq(t.owner, owner), which));
    return row ? toWallet(row) : null;
  };
  const find = (owner: string, id: string) => one(owner, eq(t.id, id));
  return {
    async insert(wallet, at) {
      const made = await db
        .insert(t)
        .values({ ...wallet, createdAt: at })
        .onConflictDoNothing()
        .returning({ id: t.id });
      return made.length > 0 ? find(wallet.owner, wallet.id) : null;
    },
    find,
    findByExternalId: (owner, externalId) => one(owner, eq(t.externalId, externalId)),
    async list(owner, { after, limit, type, externalId }) {
      const wanted = and(
        eq(t.owner, owner),
        type === undefined ? undefined : eq(t.type, type),
        externalId === undefined ? undefined : eq(t.externalId, externalId),
      );
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      const found = await joined()
        .where(and(wanted, after === undefined ? undefined : lt(t.seq, sql`(${cursor})`)))
        .orderBy(desc(t.seq))
        .limit(limit + 1);
      const [all] = await db.select({ total: count() }).from(t).where(wanted);
      return { wallets: found.map(toWallet), total: all?.total ?? 0 };
    },
  };
}

type Row = { wallet: typeof t.$inferSelect; address: TenantWallet['address'] };

function toWallet({ wallet: { seq: _seq, ...wallet }, address }: Row): TenantWallet {
  return { ...wallet, address };
}
