import { newId } from '#src/core/ids.ts';
import type { Transaction } from '#src/core/journal.ts';
import { type EventRepository, newEvent, type OwnedEvent } from '#src/core/ports/events.ts';
import type { ItemChange, Nft, NftRepository } from '#src/core/ports/nfts.ts';
import type { IndexedTransfer } from '#src/core/ports/token-transfers.ts';
import { zeroAddress } from '../tokens/holdings.ts';
import { statusOf } from './status.ts';

type ItemStore = { nfts: Pick<NftRepository, 'track' | 'followMint'> };

const mintingTypes = new Set(['mint', 'mint_batch', 'batch']);

/** Keeps items true to the transactions that mint them; runs in the database transaction of the journal's own change. */
export async function applyNftChanges(
  tx: ItemStore & { events: Pick<EventRepository, 'insert'> },
  transactions: readonly Transaction[],
): Promise<void> {
  for (const { id, owner, type, status, updatedAt, error } of transactions) {
    if (!mintingTypes.has(type) || !owner.startsWith('tenant:')) continue;
    const state = status === 'failed' ? 'failed' : 'pending';
    const changed = await tx.nfts.followMint(id, state, updatedAt);
    if (state !== 'failed' || changed.length === 0) continue;
    const events = changed.map((nft) => newEvent(nft.owner, 'nft.failed', { ...factsOf(nft), error }));
    await tx.events.insert(events, updatedAt);
  }
}

/** Keeps items true to transfers that were read, or taken back, and says what to tell of it. */
export async function followItems(
  tx: ItemStore,
  transfers: readonly IndexedTransfer[],
  direction: 'read' | 'taken_back',
  at: Date,
): Promise<OwnedEvent[]> {
  const ofItems = transfers.filter(({ itemId }) => itemId !== null);
  if (ofItems.length === 0) return [];
  const byItem = Map.groupBy(ofItems, keyOf);
  const changes = [...byItem.values()].map((own) => changeOf(own, direction));
  const items = new Map((await tx.nfts.track(changes, direction, at)).map((nft) => [keyOf(nft), nft]));
  const before = new Map(
    changes.map((change) => [keyOf(change), items.get(keyOf(change))!.supply - change.supply]),
  );
  if (direction === 'taken_back') {
    return [...items].flatMap(([key, nft]) =>
      before.get(key)! > 0n === nft.supply > 0n ? [] : [newEvent(nft.owner, 'nft.reverted', factsOf(nft))],
    );
  }
  return ofItems.flatMap((transfer) => {
    const key = keyOf(transfer);
    const [had, has] = [before.get(key)!, before.get(key)! + supplyOf(transfer)];
    before.set(key, has);
    return had > 0n === has > 0n ? [] : [turnOf(items.get(key)!, transfer, has > 0n)];
  });
}

const keyOf = ({ tokenId, itemId }: Pick<IndexedTransfer, 'tokenId' | 'itemId'>) => `${tokenId} ${itemId}`;

/** How a transfer changes how many there are. */
function supplyOf({ from, to, amount }: IndexedTransfer): bigint {
  return (from === zeroAddress ? amount : 0n) - (to === zeroAddress ? amount : 0n);
}

function changeOf(transfers: readonly IndexedTransfer[], direction: 'read' | 'taken_back'): ItemChange {
  const [{ owner, network, tokenId, itemId }] = transfers as [IndexedTransfer];
  const supply = transfers.reduce((sum, one) => sum + supplyOf(one), 0n);
  const sign = direction === 'read' ? 1 : -1;
  const minted = transfers.some(({ from }) => from === zeroAddress);
  const facts = { id: newId('nft'), owner, network, tokenId, itemId: itemId!, minted };
  return { ...facts, supply: supply * BigInt(sign), moves: transfers.length * sign };
}

/** An item came into being, or the last of it is gone. */
function turnOf(nft: Nft, transfer: IndexedTransfer, isThere: boolean): OwnedEvent {
  const { address, from, to, txHash, blockNumber, blockHash } = transfer;
  return newEvent(nft.owner, isThere ? 'nft.minted' : 'nft.burned', {
    ...factsOf(nft),
    status: isThere ? 'minted' : 'burned',
    contract_address: address,
    ...(isThere ? { to } : { from }),
    tx_hash: txHash,
    block_number: Number(blockNumber),
    block_hash: blockHash,
  });
}

function factsOf(nft: Nft): Record<string, unknown> {
  const { id, tokenId, itemId, network, transactionId } = nft;
  const facts = { object: 'nft', id, token_id: tokenId, item_id: itemId.toString(), network };
  return { ...facts, status: statusOf(nft), transaction_id: transactionId };
}
