import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import type { PlatformToken } from '#src/core/ports/platform-tokens.ts';
import type { HolderPage, HoldingRepository } from '#src/core/ports/token-transfers.ts';
import { familyOf } from '#src/core/token-actions.ts';
import type { PlatformTokens } from './tokens.ts';

export type Holders = HolderPage & { token: PlatformToken; hasMore: boolean };

/** Who holds a token, as its transfers add up. */
export type TokenHolders = {
  /** Of an item, or of the token as a whole (null). @throws not_found, validation when the standard has no items */
  list(
    owner: string,
    id: string,
    page: { itemId: bigint | null; after?: Address | undefined; limit: number },
  ): Promise<Holders>;
};

export type TokenHolderPorts = {
  tokens: Pick<PlatformTokens, 'find'>;
  store: { holdings: Pick<HoldingRepository, 'list'> };
};

export function createTokenHolders({ tokens, store }: TokenHolderPorts): TokenHolders {
  return {
    async list(owner, id, { itemId, after, limit }) {
      const token = await tokens.find(owner, id);
      if (itemId !== null && familyOf(token.standard) === 'fungible') {
        const message = `item_id is not known to holders of ${token.standard}`;
        throw fail('validation', { field: 'item_id', message });
      }
      const of = { network: token.network, tokenId: id, itemId };
      const found = await store.holdings.list(of, { after, limit: limit + 1 });
      const hasMore = found.holders.length > limit;
      return { ...found, token, hasMore, holders: found.holders.slice(0, limit) };
    },
  };
}
