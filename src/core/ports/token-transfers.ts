import type { Address, Hex } from '../hex.ts';

/** A token whose transfers its owner hears of. */
export type WatchedToken = { id: string; owner: string; address: Address };

/** A block by number and hash. */
export type BlockRef = { number: bigint; hash: Hex };

/** A transfer as the chain logged it; a batch of items is several. */
export type TransferLog = {
  address: Address;
  /** The zero address where it was minted. */
  from: Address;
  /** The zero address where it was burned. */
  to: Address;
  /** Atomic units; 1 of an item that is the only one of its kind. */
  amount: bigint;
  itemId: bigint | null;
  txHash: Hex;
  blockNumber: bigint;
  blockHash: Hex;
  logIndex: number;
  /** Place in a batch of items, else 0. */
  position: number;
  /** The user operation that it happened in. */
  userOpHash: Hex | null;
};

/** What the indexer reads of a chain. @throws chain_unavailable */
export type TransferReader = {
  /** The newest block. */
  head(network: string): Promise<BlockRef>;
  /** Null where the chain has none (yet). */
  block(network: string, number: bigint): Promise<BlockRef | null>;
  /** Of blocks `from` to `to`, in chain order. */
  transfers(network: string, tokens: readonly Address[], from: bigint, to: bigint): Promise<TransferLog[]>;
};

/** A transfer with whose token it is and what its owner was told of it. */
export type IndexedTransfer = TransferLog & {
  network: string;
  tokenId: string;
  owner: string;
  /** The owner's own transaction that made it, which its own events tell of. */
  own: boolean;
};

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
