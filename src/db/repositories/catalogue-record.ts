import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Offer } from '#src/core/ports/discovery.ts';
import type { Db } from '../handle.ts';
import { resources as t } from '../tables/facilitator.ts';

type Row = typeof t.$inferSelect;
type Input = { userId: number; offer: Offer; words: string; at: Date };

/** Listings that payments may give one merchant: payers name the resource, so they must not fill the catalogue. */
const maxListings = 500;
const maxAccepts = 20;

/** See `CatalogueRepository.record`. */
export function recordOffer(db: Db, input: Input): Promise<boolean> {
  const { userId, offer, words, at } = input;
  return db.transaction(async (tx) => {
    // Two payments for one resource may settle at once.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`listings ${userId}`}))`);
    const same = await tx
      .select()
      .from(t)
      .where(and(eq(t.userId, userId), sql`md5(${t.offer}) = md5(${offer.resource})`));
    const known = chosen(same, offer);
    if (known?.deletedAt) return true;
    if (known) {
      const change = changeOf(known, offer, words);
      if (change)
        await tx
          .update(t)
          .set({ ...change, updatedAt: at })
          .where(eq(t.id, known.id));
      return true;
    }
    const [full] = await tx
      .select({ total: count() })
      .from(t)
      .where(and(eq(t.userId, userId), eq(t.source, 'payment'), isNull(t.deletedAt)));
    if ((full?.total ?? 0) >= maxListings) return false;
    const { resource, type, x402Version, action, accept, facts, extensions } = offer;
    const row = { resource, type, x402Version, action, extensions, words, offer: resource, metadata: facts };
    await tx
      .insert(t)
      .values({ ...row, userId, accepts: [accept], source: 'payment', createdAt: at, updatedAt: at });
    return true;
  });
}

/** What the merchant registered itself, else what a payment for the same action has listed, removed or not. */
function chosen(same: readonly Row[], offer: Offer): Row | undefined {
  return (
    same.find((row) => row.source === 'merchant' && !row.deletedAt) ??
    same.find((row) => row.source === 'payment' && row.action === offer.action)
  );
}

/** What is new; null when nothing is. */
function changeOf(row: Row, offer: Offer, words: string): Partial<Row> | null {
  const { extensions, facts: metadata, type, x402Version } = offer;
  // A merchant's own entry keeps its words and terms.
  const change =
    row.source === 'merchant'
      ? { extensions }
      : { extensions, metadata, type, x402Version, words, accepts: joined(row.accepts, offer.accept) };
  const changed = Object.entries(change).some(
    ([name, value]) => canonical(row[name as keyof Row]) !== canonical(value),
  );
  return changed ? change : null;
}

const termsOf = (accept: Record<string, unknown>) =>
  ['scheme', 'network', 'asset', 'payTo'].map((name) => String(accept[name]).toLowerCase()).join(' ');

/** The newest terms of each way to pay. */
function joined(accepts: Row['accepts'], accept: Offer['accept']): Row['accepts'] {
  return [...accepts.filter((one) => termsOf(one) !== termsOf(accept)), accept].slice(-maxAccepts);
}

/** JSON with sorted names: jsonb keeps no order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
