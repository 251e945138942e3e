import { and, inArray, sql } from 'drizzle-orm';
import type { Address, Hex } from '#src/core/hex.ts';
import type { BalanceChange, HoldingRepository } from '#src/core/ports/token-transfers.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { tokenBalances as t, tokenHolderCounts as counts, wholeToken } from '../tables/token-balances.ts';
import { indexedBlocks } from '../tables/token-transfers.ts';

const chunk = 500;

type Place = { tokenId: string; itemId: bigint };
type Line = {
  number: string | null;
  hash: Hex | null;
  total: number;
  account: Address | null;
  balance: string;
};

/** What accounts hold of the platform's tokens. */
export function holdingRepository(db: Db): HoldingRepository {
  return {
    async apply(changes) {
      for (let n = 0; n < changes.length; n += chunk) await applyChunk(db, changes.slice(n, n + chunk));
    },
    async list({ network, tokenId, itemId }, { after, limit }) {
      const item = (itemId ?? wholeToken).toString();
      const since = after === undefined ? sql`` : sql`and ${t.account} > ${after}`;
      // One statement sees one moment: balances, their number and the block that they are of.
      const found = await rows<Line>(
        db,
        sql`select c.number::text as number, '0x' || encode(c.hash, 'hex') as hash, b.account, b.balance::text as balance,
            coalesce((select k.holders from ${counts} k where k.token_id = ${tokenId} and k.item_id = ${item}::numeric), 0) as total
          from (select 1) nothing
          left join lateral (select b.number, b.hash from ${indexedBlocks} b where b.network = ${network}
            order by b.number desc limit 1) c on true
          left join lateral (select account, balance from ${t} where ${t.tokenId} = ${tokenId}
            and ${t.itemId} = ${item}::numeric ${since} order by ${t.account} limit ${limit}) b on true
          order by b.account`,
      );
      const [first] = found;
      return {
        holders: found.flatMap(({ account, balance }) =>
          account === null ? [] : [{ account, balance: BigInt(balance) }],
        ),
        total: first?.total ?? 0,
        block: first?.hash ? { number: BigInt(String(first.number)), hash: first.hash } : null,
      };
    },
  };
}

async function applyChunk(db: Db, changes: readonly BalanceChange[]): Promise<void> {
  const values = changes.map(({ tokenId, itemId, account, delta }) => ({
    tokenId,
    itemId: itemId ?? wholeToken,
    account,
    balance: delta,
  }));
  const place = { tokenId: t.tokenId, itemId: t.itemId };
  const written = await db
    .insert(t)
    .values(values)
    .onConflictDoUpdate({
      target: [t.tokenId, t.itemId, t.account],
      set: { balance: sql`${t.balance} + excluded.balance` },
    })
    // A row that was updated has been locked by somebody: ourselves.
    .returning({ ...place, isNew: sql<boolean>`(xmax = 0)` });
  const touched = [...new Set(values.map(({ tokenId }) => tokenId))];
  const emptied = await db
    .delete(t)
    .where(and(inArray(t.tokenId, touched), sql`${t.balance} = 0`))
    .returning(place);
  await count(db, [
    ...written.filter(({ isNew }) => isNew).map((one) => ({ ...one, by: 1 })),
    ...emptied.map((one) => ({ ...one, by: -1 })),
  ]);
}

async function count(db: Db, changes: readonly (Place & { by: number })[]): Promise<void> {
  const groups = Map.groupBy(changes, ({ tokenId, itemId }) => `${tokenId} ${itemId}`);
  const values = [...groups.values()].flatMap((group) => {
    const [{ tokenId, itemId } = { tokenId: '', itemId: 0n }] = group;
    const holders = group.reduce((sum, { by }) => sum + by, 0);
    return holders === 0 ? [] : [{ tokenId, itemId, holders }];
  });
  if (values.length === 0) return;
  await db
    .insert(counts)
    .values(values)
    .onConflictDoUpdate({
      target: [counts.tokenId, counts.itemId],
      set: { holders: sql`${counts.holders} + excluded.holders` },
    });
}
