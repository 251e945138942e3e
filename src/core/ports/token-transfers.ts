import type { Address, Hex } from '../hex.ts';
import type { ControlLog } from './token-controls.ts';

/** A token whose transfers its owner hears of. */
export type WatchedToken = { id: string; owner: string; address: Address };

/** A block by number and hash. */
export type BlockRef = { number: bigint; hash: Hex };

/** Where a log of a token stands. */
export type LogPlace = {
  address: Address;
  txHash: Hex;
  blockNumber: bigint;
  blockHash: Hex;
  logIndex: number;
  /** The user operation that it happened in. */
  userOpHash: Hex | null;
};

/** A transfer as the chain logged it; a batch of items is several. */
export type TransferLog = LogPlace & {
  /** The zero address where it was minted. */
  from: Address;
  /** The zero address where it was burned. */
  to: Address;
  /** Atomic units; 1 of an item that is the only one of its kind. */
  amount: bigint;
  itemId: bigint | null;
  /** Place in a batch of items, else 0. */
  position: number;
};

/** What the indexer reads of a chain. @throws chain_unavailable */
export type TransferReader = {
  /** The newest block. */
  head(network: string): Promise<BlockRef>;
  /** Null where the chain has none (yet). */
  block(network: string, number: bigint): Promise<BlockRef | null>;
  /** What tokens logged in blocks `from` to `to`, in chain order. */
  logs(network: string, tokens: readonly Address[], from: bigint, to: bigint): Promise<TokenLogs>;
};

export type TokenLogs = { transfers: TransferLog[]; controls: ControlLog[] };

/** A log with whose token it is and what its owner was told of it. */
export type Watched<T extends LogPlace> = T & {
  network: string;
  tokenId: string;
  owner: string;
  /** The owner's own transaction that made it, which its own events tell of. */
  own: boolean;
};

export type IndexedTransfer = Watched<TransferLog>;

export type TransferIndexRepository = {
  /** Read blocks of a network, newest first; the first one is the cursor. */
  listCheckpoints(network: string): Promise<BlockRef[]>;
  /** Waits for whoever moves the cursor of the network, until this database transaction ends. */
  lock(network: string): Promise<void>;
  /** Moves the cursor on; keeps the newest `kept` checkpoints. */
  advance(network: string, to: BlockRef, kept: number): Promise<void>;
  /** Moves the cursor back to `to` and forgets the transfers above; answers them. */
  rewind(network: string, to: BlockRef): Promise<IndexedTransfer[]>;
  /** Answers those that were not known. */
  insert(transfers: readonly IndexedTransfer[]): Promise<IndexedTransfer[]>;
  /** Which of the hashes (of transactions or user operations) are submissions of ours, and for whom. */
  findSenders(hashes: readonly Hex[]): Promise<{ hash: Hex; owner: string }[]>;
};

/** What becomes of a balance: of an item, or of the token as a whole (null). */
export type BalanceChange = {
  tokenId: string;
  itemId: bigint | null;
  account: Address;
  /** Atomic units, or how many items. */
  delta: bigint;
};

/** Who holds how much of a token or an item, and the block up to which that is true (null: nothing was read yet). */
export type HolderPage = {
  holders: { account: Address; balance: bigint }[];
  total: number;
  block: BlockRef | null;
};

export type HoldingRepository = {
  /** Call in the database transaction that changes the transfers; each (token, item, account) once. */
  apply(changes: readonly BalanceChange[]): Promise<void>;
  /** By address, so that a page goes on where the last one ended, whatever moved meanwhile; all of one moment. */
  list(
    of: { network: string; tokenId: string; itemId: bigint | null },
    page: { after?: Address | undefined; limit: number },
  ): Promise<HolderPage>;
};
