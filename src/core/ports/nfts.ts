import type { Address } from '../hex.ts';
import type { TokenStandard } from '../token-actions.ts';

/** Whether a mint of ours is on its way: none · pending · failed (and none has come since). */
export type MintState = 'none' | 'pending' | 'failed';

/** An item of a token: expected since a mint of ours was written down, or seen in the chain's transfers. */
export type Nft = {
  id: string;
  owner: string;
  network: string;
  tokenId: string;
  itemId: bigint;
  /** How many there are by the transfers that were read. */
  supply: bigint;
  /** Transfers that were read. */
  moves: number;
  mint: MintState;
  /** The transaction of ours that mints it, or minted the first of it; null when others did. */
  transactionId: string | null;
  /** What that mint tells the chain as URI; null = none of its own. */
  uri: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** An item with what it belongs to. */
export type ListedNft = Nft & {
  standard: TokenStandard;
  address: Address;
  /** Who has it by the transfers that were read; null when nobody has, and where many can. */
  holder: Address | null;
  /** What the account that was asked for holds; null when none was. */
  balance: bigint | null;
};

export type NftFilter = {
  tokenId?: string | undefined;
  itemId?: bigint | undefined;
  network?: string | undefined;
  /** Held by this account, by the transfers that were read. */
  account?: Address | undefined;
};

/** What transfers do to an item. */
export type ItemChange = Pick<Nft, 'id' | 'owner' | 'network' | 'tokenId' | 'itemId'> & {
  supply: bigint;
  moves: number;
  /** Some were minted, or a mint was taken back. */
  minted: boolean;
};

export type ExpectedItem = Pick<Nft, 'id' | 'owner' | 'network' | 'tokenId' | 'itemId' | 'uri'>;

export type NftRepository = {
  find(owner: string, id: string): Promise<ListedNft | null>;
  findItem(owner: string, tokenId: string, itemId: bigint): Promise<ListedNft | null>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(
    owner: string,
    filter: NftFilter & { after?: string | undefined; limit: number },
  ): Promise<ListedNft[]>;
  count(owner: string, filter: NftFilter): Promise<number>;
  /** A number that no item of the token has, each only once. */
  reserveNumber(tokenId: string): Promise<bigint>;
  /**
   * Notes which transaction mints items of one token, where none is there or on its way; answers the items whose mint is
   * another one that is still on its way.
   */
  expect(items: readonly ExpectedItem[], transactionId: string, at: Date): Promise<Nft[]>;
  /** Follows transfers that were read, or taken back; answers the items as they are then. */
  track(changes: readonly ItemChange[], direction: 'read' | 'taken_back', at: Date): Promise<Nft[]>;
  /** The mint failed, or is on its way after all; answers the items that this changed. */
  followMint(transactionId: string, state: Exclude<MintState, 'none'>, at: Date): Promise<Nft[]>;
  /** Another transaction mints now what that one did not. */
  remint(failedId: string, transactionId: string, at: Date): Promise<void>;
};

/** Metadata of an item that we serve: it never changes, another version has another URI. */
export type MetadataDocument = {
  id: string;
  owner: string;
  tokenId: string;
  /** Where it is served; the chain names it. */
  uri: string;
  /** JSON. */
  text: string;
};

export type MetadataRepository = {
  insert(documents: readonly MetadataDocument[], at: Date): Promise<void>;
  /** Whoever owns it: it is public. */
  find(id: string): Promise<string | null>;
  /** JSON of an owner's documents by their URIs. */
  listByUri(owner: string, uris: readonly string[]): Promise<ReadonlyMap<string, string>>;
};
