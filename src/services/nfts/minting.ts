import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { ExpectedItem, NftRepository } from '#src/core/ports/nfts.ts';
import type { PlatformToken } from '#src/core/ports/platform-tokens.ts';
import { familyOf, type TokenAction } from '#src/core/token-actions.ts';

/** Items that an action mints. */
export function itemsMinted(token: PlatformToken, action: TokenAction): ExpectedItem[] {
  const minted = action.method === 'mint' ? [action] : action.method === 'mint_batch' ? action.items : [];
  const items = new Map<bigint, ExpectedItem>();
  for (const { itemId, uri } of minted) {
    if (itemId === null) continue;
    const { owner, network, id: tokenId } = token;
    items.set(itemId, { id: newId('nft'), owner, network, tokenId, itemId, uri });
  }
  return [...items.values()];
}

/** Notes items that a transaction will mint, in the database transaction that writes it down. @throws conflict */
export async function expectItems(
  nfts: Pick<NftRepository, 'expect'>,
  token: PlatformToken,
  items: readonly ExpectedItem[],
  { transactionId, at }: { transactionId: string; at: Date },
): Promise<void> {
  if (items.length === 0) return;
  const [rival] = await nfts.expect(items, transactionId, at);
  // Of kinds that can be minted again it does not matter who is first.
  if (!rival || familyOf(token.standard) !== 'unique') return;
  const message = `Item ${rival.itemId} is being minted by ${rival.transactionId}`;
  throw fail('conflict', { resource: 'nft', field: 'item_id', message });
}
