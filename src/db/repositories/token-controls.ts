import { and, eq, gt } from 'drizzle-orm';
import type { IndexedControl, TokenControlRepository } from '#src/core/ports/token-controls.ts';
import type { Db } from '../handle.ts';
import { tokenControls as t } from '../tables/token-controls.ts';

const chunk = 500;

/** Roles and owners of tokens, as the chain's logs tell of them. */
export function tokenControlRepository(db: Db): TokenControlRepository {
  return {
    async insert(changes) {
      const written: IndexedControl[] = [];
      for (let n = 0; n < changes.length; n += chunk) {
        const values = changes.slice(n, n + chunk);
        written.push(...(await db.insert(t).values(values).onConflictDoNothing().returning()));
      }
      return written;
    },
    rewind: (network, to) =>
      db
        .delete(t)
        .where(and(eq(t.network, network), gt(t.blockNumber, to.number)))
        .returning(),
    async listAccounts(tokenId) {
      const found = await db.selectDistinct({ account: t.account }).from(t).where(eq(t.tokenId, tokenId));
      return found.map(({ account }) => account);
    },
  };
}
