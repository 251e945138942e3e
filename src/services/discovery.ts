import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { wordsOf } from '#src/core/listing.ts';
import { caip2, type Networks } from '#src/core/networks.ts';
import type {
  CatalogueRepository,
  Listing,
  ListingFilter,
  Offer,
  ReadOffer,
} from '#src/core/ports/discovery.ts';

export type DiscoveryOptions = {
  store: { catalogue: CatalogueRepository };
  networks: Networks;
  readOffer: ReadOffer;
  clock: Clock;
};

/** What clients filter by, as they spell it. */
export type ListingQuery = {
  type?: string | undefined;
  payTo?: string | undefined;
  scheme?: string | undefined;
  network?: string | undefined;
  /** Comma-separated. */
  extensions?: string | undefined;
};

/** What became of a payment's offer to the catalogue. */
export type OfferFate =
  /** Good; it is listed once the payment has settled. */
  { status: 'processing' } | { status: 'success' } | { status: 'rejected'; rejectedReason: string };

export type Discovery = {
  /** Last changed first. */
  list(
    query: ListingQuery,
    page: { offset: number; limit: number },
  ): Promise<{ listings: Listing[]; total: number }>;
  /** Those that have settled first, then the best match. @throws validation naming `cursor` */
  search(
    text: string,
    query: ListingQuery,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ listings: Listing[]; cursor: string | null }>;
  /** Judges what a verify body offers; null when it offers nothing. */
  judge(body: unknown): OfferFate | null;
  /** Lists what a settled payment offers. Never throws: the payment is what counts. */
  record(userId: number, body: unknown): Promise<OfferFate | null>;
};

const maxQueryWords = 12;
/** A listing that was written moments ago needs no second write. */
const rememberMs = 600_000;

/** The x402 Bazaar: what can be bought, from the registry and from payments that settled. */
export function createDiscovery({ store, networks, readOffer, clock }: DiscoveryOptions): Discovery {
  const written = new LRUCache<string, true>({ max: 10_000, ttl: rememberMs });
  const filterOf = (query: ListingQuery) => filter(networks, query);
  return {
    async list(query, page) {
      const wanted = filterOf(query);
      const [listings, total] = await Promise.all([
        store.catalogue.list(wanted, page),
        store.catalogue.count(wanted),
      ]);
      return { listings, total };
    },
    async search(text, query, { limit, cursor }) {
      const after = cursor === undefined ? undefined : placeOf(cursor);
      const words = wordsOf(text).split(' ').filter(Boolean).slice(0, maxQueryWords);
      if (words.length === 0) return { listings: [], cursor: null };
      const page = { limit: limit + 1, ...(after ? { after } : {}) };
      const found = await store.catalogue.search(words, filterOf(query), page);
      const listings = found.slice(0, limit);
      const last = found.length > limit ? listings.at(-1) : undefined;
      return { listings, cursor: last ? cursorOf(last) : null };
    },
    judge(body) {
      const read = readOffer(body);
      if (!read) return null;
      return 'rejected' in read ? rejected(read.rejected) : { status: 'processing' };
    },
    async record(userId, body) {
      const read = readOffer(body);
      if (!read) return null;
      if ('rejected' in read) return rejected(read.rejected);
      const key = createHash('sha256')
        .update(`${userId} ${JSON.stringify(read)}`)
        .digest('base64');
      if (written.has(key)) return { status: 'success' };
      try {
        const listed = await store.catalogue.record(userId, read, wordsIn(read), clock.now());
        if (!listed) return rejected('the list of this merchant is full');
      } catch {
        return { status: 'processing' };
      }
      written.set(key, true);
      return { status: 'success' };
    },
  };
}

const rejected = (rejectedReason: string): OfferFate => ({ status: 'rejected', rejectedReason });

function wordsIn({ resource, action, facts, extensions }: Offer): string {
  const info = (extensions['bazaar'] as { info?: { input?: { description?: unknown } } } | undefined)?.info;
  return wordsOf(resource, action, ...Object.values(facts), info?.input?.description ?? '');
}

/** An entry of the seed's type `endpoint` is what the protocol calls `http`. */
function filter(networks: Networks, query: ListingQuery): ListingFilter {
  const { type, payTo, scheme, network, extensions } = query;
  const known = network === undefined ? undefined : networks.find(network);
  return {
    ...(type === undefined ? {} : { types: type === 'http' ? ['http', 'endpoint'] : [type] }),
    ...(payTo === undefined ? {} : { payTo: payTo.toLowerCase() }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(network === undefined ? {} : { networks: known ? [known.name, caip2(known)] : [network] }),
    ...(extensions === undefined ? {} : { extensions: extensions.split(',').map((one) => one.trim()) }),
  };
}

type Place = { rank: string; id: number };

function cursorOf({ rank, id }: Place): string {
  return Buffer.from(`${rank} ${id}`).toString('base64url');
}

/** A rank is a real between 0 and 2, as PostgreSQL writes it. */
const placePattern = /^([01](?:\.[0-9]{1,12})?|[1-9](?:\.[0-9]{1,12})?e-[0-3][0-9]) ([0-9]{1,10})$/;

function placeOf(cursor: string): Place {
  const [, rank, digits] = placePattern.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const id = Number(digits);
  if (rank === undefined || !(id < 2 ** 31)) {
    throw fail('validation', { field: 'cursor', message: 'cursor is not one of this search' });
  }
  return { rank, id };
}
