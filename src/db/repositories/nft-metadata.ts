import { and, eq, inArray, sql } from 'drizzle-orm';
import type { MetadataRepository } from '#src/core/ports/nfts.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { nftMetadata as t } from '../tables/nfts.ts';

/** Metadata that we serve. */
export function nftMetadataRepository(db: Db): MetadataRepository {
  const one = lazy(() =>
    db
      .select({ text: t.text })
      .from(t)
      .where(eq(t.id, sql.placeholder('id')))
      .prepare('nft_metadata_find'),
  );
  return {
    async insert(documents, at) {
      if (documents.length === 0) return;
      await db.insert(t).values(documents.map((document) => ({ ...document, createdAt: at })));
    },
    async find(id) {
      const [row] = await one().execute({ id });
      return row?.text ?? null;
    },
    async listByUri(owner, uris) {
      if (uris.length === 0) return new Map();
      const found = await db
        .select({ uri: t.uri, text: t.text })
        .from(t)
        .where(and(eq(t.owner, owner), inArray(t.uri, [...uris])));
      return new Map(found.map(({ uri, text }) => [uri, text]));
    },
  };
}
