import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Hex } from '#src/core/hex.ts';
import type { IndexedTransfer, TransferIndexRepository } from '#src/core/ports/token-transfers.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { submissionLegs, submissions, transactions } from '../tables/journal.ts';
import { indexedBlocks, tokenTransfers } from '../tables/token-transfers.ts';

const chunk = 500;

/** How far chains were read for transfers, and what was found. */
export function transferIndexRepository(db: Db): TransferIndexRepository {
  const { network: of, number } = indexedBlocks;
  return {
    async listCheckpoints(network) {
      const found = await db.select().from(indexedBlocks).where(eq(of, network)).orderBy(desc(number));
      return found.map(({ number: at, hash }) => ({ number: at, hash }));
    },
    async lock(network) {
      await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`transfers of ${network}`}))`);
    },
    async advance(network, to, kept) {
      await db
        .insert(indexedBlocks)
        .values({ network, ...to })
        .onConflictDoNothing();
      await db.execute(
        sql`delete from ${indexedBlocks} where ${of} = ${network} and ${number} < (select min(q.number) from (
          select b.number from ${indexedBlocks} b where b.network = ${network} order by b.number desc limit ${kept}) q)`,
      );
    },
    async rewind(network, to) {
      await db.delete(indexedBlocks).where(and(eq(of, network), gt(number, to.number)));
      // The oldest place we know may be gone from the chain, too.
      await db
        .insert(indexedBlocks)
        .values({ network, ...to })
        .onConflictDoUpdate({ target: [of, number], set: { hash: to.hash } });
      const gone = await db
        .delete(tokenTransfers)
        .where(and(eq(tokenTransfers.network, network), gt(tokenTransfers.blockNumber, to.number)))
        .returning();
      return gone.toSorted(inChainOrder);
    },
    async insert(transfers) {
      const written: IndexedTransfer[] = [];
      for (let n = 0; n < transfers.length; n += chunk) {
        const values = transfers.slice(n, n + chunk);
        written.push(...(await db.insert(tokenTransfers).values(values).onConflictDoNothing().returning()));
      }
      return written.toSorted(inChainOrder);
    },
    async findSenders(hashes) {
      if (hashes.length === 0) return [];
      const list = sql.join(
        hashes.map((hash) => sql`decode(${hash.slice(2)}, 'hex')`),
        sql`, `,
      );
      return rows<{ hash: Hex; owner: string }>(
        db,
        sql`select distinct '0x' || encode(s.hash, 'hex') as hash, t.owner from ${submissions} s
          join ${submissionLegs} l on l.submission_id = s.id join ${transactions} t on t.id = l.transaction_id
          where s.hash in (${list})`,
      );
    },
  };
}

function inChainOrder(a: IndexedTransfer, b: IndexedTransfer): number {
  return Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex || a.position - b.position;
}
