import { and, eq, sql } from 'drizzle-orm';
import type { SealedKey } from '#src/core/ports/keys.ts';
import type { Wallet, WalletRepository } from '#src/core/ports/wallets.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { walletKeys, wallets } from '../tables/adapter.ts';

type Joined = { wallet: typeof wallets.$inferSelect; key: typeof walletKeys.$inferSelect };

/** Smart accounts with the key that signs for them now. */
export function walletRepository(db: Db): WalletRepository {
  const joined = () =>
    db
      .select({ wallet: wallets, key: walletKeys })
      .from(wallets)
      .innerJoin(
        walletKeys,
        and(eq(walletKeys.walletId, wallets.id), eq(walletKeys.version, wallets.keyVersion)),
      );
  const bySubject = lazy(() =>
    joined()
      .where(
        and(eq(wallets.owner, sql.placeholder('owner')), eq(wallets.subject, sql.placeholder('subject'))),
      )
      .prepare('wallets_by_subject'),
  );
  const byAddress = lazy(() =>
    joined()
      .where(eq(wallets.address, sql.placeholder('address')))
      .prepare('wallets_by_address'),
  );
  return {
    async find(owner, subject) {
      const [row] = await bySubject().execute({ owner, subject });
      return row ? toWallet(row) : null;
    },
    async findAccount(address) {
      const [row] = await byAddress().execute({ address });
      return row ? toWallet(row) : null;
    },
    async findOwned(owner, idOrAddress) {
      const named = idOrAddress.startsWith('0x')
        ? sql`lower(${wallets.address}) = ${idOrAddress.toLowerCase()}`
        : eq(wallets.id, idOrAddress);
      const [row] = await joined().where(and(eq(wallets.owner, owner), named));
      return row ? toWallet(row) : null;
    },
    insert: (wallet, at) =>
      db.transaction(async (tx) => {
        const { key, ...facts } = wallet;
        const [row] = await tx
          .insert(wallets)
          .values({ ...facts, keyVersion: key.version, createdAt: at })
          .onConflictDoNothing({ target: [wallets.owner, wallets.subject] })
          .returning();
        if (!row) return null;
        const [stored] = await tx
          .insert(walletKeys)
          .values(toKeyRow(wallet.id, key, at))
          .returning();
        if (!stored) throw new Error('insert returned no row');
        return toWallet({ wallet: row, key: stored });
      }),
  };
}

function toKeyRow(walletId: string, key: SealedKey, at: Date): typeof walletKeys.$inferInsert {
  return { ...key, sealed: { ...key.sealed }, walletId, createdAt: at };
}

/** The key of a row. */
export function toKey({ backend, version, owner, sealed }: Joined['key']): SealedKey {
  return { backend, version, owner, sealed };
}

function toWallet({ wallet, key }: Joined): Wallet {
  const { keyVersion: _version, ...facts } = wallet;
  return { ...facts, walletId: wallet.id, key: toKey(key) };
}
