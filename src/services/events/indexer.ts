import type { Clock } from '#src/core/clock.ts';
import type { EventType } from '#src/core/event-types.ts';
import type { Hex } from '#src/core/hex.ts';
import type { NftRepository } from '#src/core/ports/nfts.ts';
import { type EventRepository, newEvent, type OwnedEvent } from '#src/core/ports/events.ts';
import type { TokenControlRepository } from '#src/core/ports/token-controls.ts';
import type {
  BlockRef,
  HoldingRepository,
  IndexedTransfer,
  LogPlace,
  TransferIndexRepository,
  TransferReader,
  Watched,
  WatchedToken,
} from '#src/core/ports/token-transfers.ts';
import { followItems } from '../nfts/changes.ts';
import { balanceChanges } from '../tokens/holdings.ts';
import { controlEvent } from './token-controls.ts';

type Repositories = {
  events: Pick<EventRepository, 'insert'>;
  transferIndex: TransferIndexRepository;
  holdings: Pick<HoldingRepository, 'apply'>;
  tokenControls: Pick<TokenControlRepository, 'insert' | 'rewind'>;
  nfts: Pick<NftRepository, 'track' | 'followMint'>;
};

export type IndexerOptions = {
  store: Repositories & { transaction<T>(fn: (store: Repositories) => Promise<T>): Promise<T> };
  chain: TransferReader;
  /** All tokens of a network, those too that are not deployed yet. */
  listWatchedTokens(network: string): Promise<readonly WatchedToken[]>;
  clock: Clock;
};

export type Indexer = {
  /** Reads on from the cursor, at most so far as one look goes; true when there is more to read. */
  step(network: string): Promise<boolean>;
};

/** Blocks that one look reads. */
const span = 1_000n;
/** Blocks before the head where reading begins: a token is younger when it is first watched. */
const lookBack = 300n;
/** Reorgs are followed so many looks back. */
const keptCheckpoints = 128;

/** Follows transfers, roles and owners of tokens: each change is told of once, and taken back when its block is gone. */
export function createIndexer(options: IndexerOptions): Indexer {
  const { store, chain } = options;
  return {
    async step(network) {
      if ((await options.listWatchedTokens(network)).length === 0) return false;
      const head = await chain.head(network);
      // After the head: what is deployed by then was written down before.
      const tokens = await options.listWatchedTokens(network);
      const checkpoints = await store.transferIndex.listCheckpoints(network);
      const cursor = checkpoints[0];
      if (!cursor) return begin(options, network, head);
      if (head.number === cursor.number && head.hash === cursor.hash) return false;
      const standing = await findStanding(chain, network, checkpoints);
      if (standing === 'unknown') return false;
      if (standing.number !== cursor.number || standing.hash !== cursor.hash) {
        await goBack(options, network, cursor, standing);
        return true;
      }
      if (head.number <= cursor.number) return false;
      return readOn(options, network, { cursor, head, tokens });
    },
  };
}

async function begin({ store, chain }: IndexerOptions, network: string, head: BlockRef): Promise<boolean> {
  const start = await chain.block(network, head.number > lookBack ? head.number - lookBack : 0n);
  if (!start) return false;
  await store.transaction(async (tx) => {
    await tx.transferIndex.lock(network);
    if ((await tx.transferIndex.listCheckpoints(network)).length === 0)
      await tx.transferIndex.advance(network, start, keptCheckpoints);
  });
  return true;
}

/** The newest checkpoint that is still in the chain; unknown while the chain can't tell (a node that lags). */
async function findStanding(
  chain: TransferReader,
  network: string,
  checkpoints: readonly BlockRef[],
): Promise<BlockRef | 'unknown'> {
  for (const [n, checkpoint] of checkpoints.entries()) {
    const now = await chain.block(network, checkpoint.number);
    if (!now) {
      if (n === 0) return 'unknown';
      continue;
    }
    if (now.hash === checkpoint.hash) return checkpoint;
    // Nothing older is known: what is there now must do.
    if (n === checkpoints.length - 1) return now;
  }
  return 'unknown';
}

/** Takes back what was read of blocks that are gone. */
async function goBack(
  options: IndexerOptions,
  network: string,
  cursor: BlockRef,
  to: BlockRef,
): Promise<void> {
  await moving(options, network, cursor, async (tx) => {
    const gone = await tx.transferIndex.rewind(network, to);
    await tx.holdings.apply(balanceChanges(gone, -1n));
    const items = await followItems(tx, gone, 'taken_back', options.clock.now());
    const lost = await tx.tokenControls.rewind(network, to);
    return [
      ...inChainOrder([
        ...gone.map((one) => told(one, (transfer) => eventOf(transfer, 'token.transfer_reverted'))),
        ...lost.map((one) => told(one, (change) => controlEvent(change, 'token.control_reverted'))),
      ]),
      ...items,
    ];
  });
}

type Reading = { cursor: BlockRef; head: BlockRef; tokens: readonly WatchedToken[] };

async function readOn(
  options: IndexerOptions,
  network: string,
  { cursor, head, tokens }: Reading,
): Promise<boolean> {
  const { chain, store } = options;
  const last = head.number - cursor.number > span ? cursor.number + span : head.number;
  const before = await chain.block(network, last);
  const byAddress = new Map(tokens.map((token) => [token.address.toLowerCase(), token]));
  const addresses = tokens.map(({ address }) => address);
  const logs = await chain.logs(network, addresses, cursor.number + 1n, last);
  const after = await chain.block(network, last);
  // The chain turned while it was read, or another node answered: the next look begins anew.
  if (!before || !after || before.hash !== after.hash) return false;
  const senders = await store.transferIndex.findSenders(hashesOf([...logs.transfers, ...logs.controls]));
  const watched = <T extends LogPlace>(log: T): Watched<T>[] => {
    const token = byAddress.get(log.address.toLowerCase());
    if (!token) return [];
    const { id: tokenId, address, owner } = token;
    return [{ ...log, network, address, tokenId, owner, own: isOwn(log, token, senders) }];
  };
  const transfers = logs.transfers.flatMap(watched);
  await moving(options, network, cursor, async (tx) => {
    const fresh = await tx.transferIndex.insert(transfers);
    await tx.holdings.apply(balanceChanges(fresh, 1n));
    await tx.transferIndex.advance(network, after, keptCheckpoints);
    const items = await followItems(tx, fresh, 'read', options.clock.now());
    const changed = await tx.tokenControls.insert(logs.controls.flatMap(watched));
    return [
      ...inChainOrder([
        ...fresh.map((one) => told(one, (transfer) => eventOf(transfer, 'token.transferred'))),
        ...changed.map((one) => told(one, (change) => controlEvent(change, `token.${change.kind}`))),
      ]),
      ...items,
    ];
  });
  return last < head.number;
}

/** Changes and their events in one database transaction, if the cursor is still where it was. */
async function moving(
  { store, clock }: IndexerOptions,
  network: string,
  from: BlockRef,
  change: (tx: Repositories) => Promise<OwnedEvent[]>,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.transferIndex.lock(network);
    const [now] = await tx.transferIndex.listCheckpoints(network);
    // Another replica was faster.
    if (now?.number !== from.number || now.hash !== from.hash) return;
    await tx.events.insert(await change(tx), clock.now());
  });
}

type Told = { place: LogPlace; event: OwnedEvent | null };

/** What is told of a change: nothing of the owner's own, which their transactions tell of. */
function told<T extends Watched<LogPlace>>(one: T, wordOf: (one: T) => OwnedEvent): Told {
  return { place: one, event: one.own ? null : wordOf(one) };
}

/** Events as the chain has them; those of one log stay in order. */
function inChainOrder(all: readonly Told[]): OwnedEvent[] {
  return all
    .toSorted(
      ({ place: a }, { place: b }) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex,
    )
    .flatMap(({ event }) => event ?? []);
}

function hashesOf(logs: readonly LogPlace[]): Hex[] {
  return [
    ...new Set(logs.flatMap(({ txHash, userOpHash }) => [txHash, ...(userOpHash ? [userOpHash] : [])])),
  ];
}

/** True when the token's owner did it by a transaction of ours, whose events tell of it. */
function isOwn(
  log: LogPlace,
  token: WatchedToken,
  senders: readonly { hash: Hex; owner: string }[],
): boolean {
  return senders.some(
    ({ hash, owner }) => owner === token.owner && (hash === log.userOpHash || hash === log.txHash),
  );
}

function eventOf(transfer: IndexedTransfer, type: EventType): OwnedEvent {
  return newEvent(transfer.owner, type, {
    object: 'token_transfer',
    token_id: transfer.tokenId,
    network: transfer.network,
    contract_address: transfer.address,
    from: transfer.from,
    to: transfer.to,
    amount: transfer.amount.toString(),
    item_id: transfer.itemId?.toString() ?? null,
    tx_hash: transfer.txHash,
    block_number: Number(transfer.blockNumber),
    block_hash: transfer.blockHash,
    log_index: transfer.logIndex,
  });
}
