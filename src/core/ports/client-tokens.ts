import type { Address } from '../hex.ts';

/** A token of an app's own that it may mint. */
export type ClientToken = {
  id: string;
  /** Journal owner, `client:client_…`. */
  owner: string;
  network: string;
  token: Address;
  symbol: string;
  decimals: number;
  createdAt: Date;
};

export type ClientTokenRepository = {
  /** The entry of this owner, network and token: this one, or the one that was there. */
  insert(token: Omit<ClientToken, 'createdAt'>, at: Date): Promise<ClientToken>;
  find(owner: string, network: string, token: Address): Promise<ClientToken | null>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(owner: string, filter: { network?: string; after?: string; limit: number }): Promise<ClientToken[]>;
};
