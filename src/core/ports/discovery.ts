import type { ListingFacts } from '../listing.ts';
import type { Resource } from './resources.ts';

/** What a payment says of the resource it pays for, fit for the catalogue. */
export type Offer = {
  /** Canonical URL, by the route's template. */
  resource: string;
  type: 'http' | 'mcp';
  x402Version: 1 | 2;
  /** HTTP method or name of the tool; '' when not told. */
  action: string;
  /** The requirements that were paid. */
  accept: Record<string, unknown>;
  facts: ListingFacts;
  /** `bazaar`: info and schema, as the payment brought them. */
  extensions: Record<string, unknown>;
};

/** An offer, or why it may not be listed. */
export type OfferReading = Offer | { rejected: string };

/** Reads what a request offers to the catalogue; null when it offers nothing. */
export type ReadOffer = (body: unknown) => OfferReading | null;

/** A resource as the catalogue knows it. */
export type Listing = Resource & {
  extensions: Record<string, unknown>;
  /** When a payment for it settled last; null = never. */
  settledAt: Date | null;
};

/** All conditions on `accepts` must hold for one and the same entry. */
export type ListingFilter = {
  types?: readonly string[];
  /** Lower-case. */
  payTo?: string;
  scheme?: string;
  /** Spellings of one network. */
  networks?: readonly string[];
  /** Keys that its extensions must all hold. */
  extensions?: readonly string[];
};

/** A place in the results of a search. */
export type Found = Listing & { rank: string };

export type CatalogueRepository = {
  /** Last changed first. */
  list(filter: ListingFilter, page: { offset: number; limit: number }): Promise<Listing[]>;
  count(filter: ListingFilter): Promise<number>;
  /** By any of the words; those that have settled first, then the best match. `after` is the last one of the page before. */
  search(
    words: readonly string[],
    filter: ListingFilter,
    page: { limit: number; after?: { rank: string; id: number } },
  ): Promise<Found[]>;
  /**
   * Lists what a payment offers, once for each resource and action of a merchant. What the merchant registered itself
   * keeps its own words, what it removed stays removed; false when its list is full.
   */
  record(userId: number, offer: Offer, words: string, at: Date): Promise<boolean>;
};
