import { eq, sql } from 'drizzle-orm';
import type { Hex } from '#src/core/hex.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { networks, submissions } from '../tables/journal.ts';

export type NetworkRepository = {
  /** Stores the genesis hash at first contact; returns the one that this database belongs to. */
  claimGenesis(network: string, genesisHash: Hex, at: Date): Promise<Hex>;
  /** Highest block in which the journal saw one of its submissions; null before the first. */
  findHead(network: string): Promise<bigint | null>;
};

/** Which chain each network of this database is. */
export function networkRepository(db: Db): NetworkRepository {
  return {
    async claimGenesis(network, genesisHash, at) {
      await db.insert(networks).values({ network, genesisHash, firstSeenAt: at }).onConflictDoNothing();
      const [row] = await db.select().from(networks).where(eq(networks.network, network));
      return row?.genesisHash ?? genesisHash;
    },
    async findHead(network) {
      const [row] = await rows<{ head: string | null }>(
        db,
        sql`select max(block_number)::text as head from ${submissions} where network = ${network} and block_number is not null`,
      );
      return row?.head == null ? null : BigInt(row.head);
    },
  };
}
