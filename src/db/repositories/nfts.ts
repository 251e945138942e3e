import {
  and,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type {
  ExpectedItem,
  ItemChange,
  ListedNft,
  Nft,
  NftFilter,
  NftRepository,
} from '#src/core/ports/nfts.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { nftNumbers, nfts as t } from '../tables/nfts.ts';
import { platformTokens as tokens } from '../tables/platform-tokens.ts';
import { tokenBalances as held } from '../tables/token-balances.ts';

const chunk = 500;
/** Numbers from here on are drawn at random or are hashes: nothing is counted on from them. */
const countable = 10n ** 18n;

/** What others minted in a block that is gone keeps its row, so that it has the same id when it comes again. */
const isThere = or(gt(t.moves, 0), isNotNull(t.transactionId));

/** Items of tokens. */
export function nftRepository(db: Db): NftRepository {
  return {
    async find(owner, id) {
      const [row] = await selected(db, undefined).where(and(eq(t.owner, owner), eq(t.id, id), isThere));
      return row ? toListed(row) : null;
    },
    async findItem(owner, tokenId, itemId) {
      const [row] = await selected(db, undefined).where(
        and(eq(t.owner, owner), eq(t.tokenId, tokenId), eq(t.itemId, itemId)),
      );
      return row ? toListed(row) : null;
    },
    async list(owner, { after, limit, ...filter }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      const found = await selected(db, filter.account)
        .where(
          and(matching(db, owner, filter), after === undefined ? undefined : lt(t.seq, sql`(${cursor})`)),
        )
        .orderBy(desc(t.seq))
        .limit(limit);
      return found.map(toListed);
    },
    async count(owner, filter) {
      const [row] = await db
        .select({ n: count() })
        .from(t)
        .where(matching(db, owner, filter));
      return row?.n ?? 0;
    },
    async reserveNumber(tokenId) {
      const [row] = await rows<{ taken: string }>(
        db,
        sql`insert into ${nftNumbers} as n (token_id, next) values (${tokenId},
            2 + coalesce((select max(i.item_id) from ${t} i where i.token_id = ${tokenId} and i.item_id < ${countable}), 0))
          on conflict (token_id) do update set next = 1 + greatest(n.next, excluded.next - 1)
          returning (next - 1)::text as taken`,
      );
      return BigInt(row!.taken);
    },
    expect: (items, transactionId, at) => expectAll(db, items, { transactionId, at }),
    async track(changes, direction, at) {
      const done: Nft[] = [];
      const sorted = changes.toSorted(byItem);
      for (let n = 0; n < sorted.length; n += chunk)
        done.push(...(await trackChunk(db, sorted.slice(n, n + chunk), direction, at)));
      return done;
    },
    async followMint(transactionId, mint, at) {
      const before = mint === 'failed' ? 'pending' : 'failed';
      const found = await db
        .update(t)
        .set({ mint, updatedAt: at })
        .where(and(eq(t.transactionId, transactionId), eq(t.mint, before), lte(t.supply, 0n)))
        .returning();
      return found.map(toNft);
    },
    async remint(failedId, transactionId, at) {
      await db
        .update(t)
        .set({ mint: 'pending', transactionId, updatedAt: at })
        .where(and(eq(t.transactionId, failedId), lte(t.supply, 0n)));
    },
  };
}

/** Locks are taken in one order, so that twins never wait for each other. */
function byItem(a: Pick<Nft, 'tokenId' | 'itemId'>, b: Pick<Nft, 'tokenId' | 'itemId'>): number {
  if (a.tokenId !== b.tokenId) return a.tokenId < b.tokenId ? -1 : 1;
  return a.itemId < b.itemId ? -1 : Number(a.itemId > b.itemId);
}

async function expectAll(
  db: Db,
  items: readonly ExpectedItem[],
  { transactionId, at }: { transactionId: string; at: Date },
): Promise<Nft[]> {
  const values = items.toSorted(byItem).map((one) => ({
    ...one,
    supply: 0n,
    moves: 0,
    mint: 'pending' as const,
    transactionId,
    createdAt: at,
    updatedAt: at,
  }));
  await db
    .insert(t)
    .values(values)
    .onConflictDoUpdate({
      target: [t.tokenId, t.itemId],
      set: { mint: 'pending', transactionId, uri: sql`excluded.uri`, updatedAt: at },
      setWhere: sql`${t.supply} <= 0 and ${t.mint} <> 'pending'`,
    });
  const [{ tokenId } = { tokenId: '' }] = items;
  const found = await db
    .select()
    .from(t)
    .where(
      and(
        eq(t.tokenId, tokenId),
        inArray(
          t.itemId,
          items.map((one) => one.itemId),
        ),
        eq(t.mint, 'pending'),
        or(isNull(t.transactionId), ne(t.transactionId, transactionId)),
      ),
    );
  return found.map(toNft);
}

async function trackChunk(
  db: Db,
  changes: readonly ItemChange[],
  direction: 'read' | 'taken_back',
  at: Date,
): Promise<Nft[]> {
  const values = changes.map(({ minted: _minted, ...change }) => ({
    ...change,
    mint: 'none' as const,
    createdAt: at,
    updatedAt: at,
  }));
  const written = await db
    .insert(t)
    .values(values)
    .onConflictDoUpdate({
      target: [t.tokenId, t.itemId],
      set: {
        supply: sql`${t.supply} + excluded.supply`,
        moves: sql`${t.moves} + excluded.moves`,
        updatedAt: at,
      },
    })
    .returning();
  const keyOf = ({ tokenId, itemId }: Pick<Nft, 'tokenId' | 'itemId'>) => `${tokenId} ${itemId}`;
  const minted = new Set(changes.filter((one) => one.minted).map(keyOf));
  const ids = written.filter((one) => minted.has(keyOf(one))).map(({ id }) => id);
  if (ids.length > 0) {
    const ours = inArray(t.id, ids);
    // A mint of ours that was taken back is sent again by the journal.
    if (direction === 'read') await db.update(t).set({ mint: 'none' }).where(ours);
    else
      await db
        .update(t)
        .set({ mint: 'pending' })
        .where(and(ours, lte(t.supply, 0n), isNotNull(t.transactionId)));
  }
  return written.map(toNft);
}

function selected(db: Db, account: string | undefined) {
  const ofItem = sql`from ${held} b where b.token_id = ${t.tokenId} and b.item_id = ${t.itemId}`;
  return db
    .select({
      nft: t,
      standard: tokens.standard,
      address: tokens.address,
      holder: sql<ListedNft['holder']>`case when ${tokens.standard} = 'ERC1155' then null
        else (select b.account ${ofItem} and b.balance > 0 limit 1) end`,
      balance: (account === undefined
        ? sql`null`
        : sql`coalesce((select b.balance ${ofItem} and b.account = ${account}), 0)::text`) as SQL<
        string | null
      >,
    })
    .from(t)
    .innerJoin(tokens, eq(tokens.id, t.tokenId));
}

function matching(db: Db, owner: string, filter: NftFilter): SQL | undefined {
  const { tokenId, itemId, network, account } = filter;
  // From what the account holds to the items, never over all items of the owner.
  const ofAccount =
    account === undefined
      ? undefined
      : inArray(
          t.id,
          db
            .select({ id: sql`n.id` })
            .from(sql`${held} b join ${t} n on n.token_id = b.token_id and n.item_id = b.item_id`)
            .where(sql`b.account = ${account} and b.item_id >= 0 and b.balance > 0 and n.owner = ${owner}`),
        );
  return and(
    eq(t.owner, owner),
    tokenId === undefined ? undefined : eq(t.tokenId, tokenId),
    itemId === undefined ? undefined : eq(t.itemId, itemId),
    network === undefined ? undefined : eq(t.network, network),
    ofAccount,
    isThere,
  );
}

type Row = Awaited<ReturnType<typeof selected>>[number];

function toListed({ nft, balance, ...rest }: Row): ListedNft {
  return { ...toNft(nft), ...rest, balance: balance === null ? null : BigInt(balance) };
}

function toNft({ seq: _seq, ...nft }: typeof t.$inferSelect): Nft {
  return nft;
}
