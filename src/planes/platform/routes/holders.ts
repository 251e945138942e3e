import * as ops from '#schemas/platform/holders.ts';
import { checksum } from '#src/core/address.ts';
import { formatAmount, parseAmount } from '#src/core/money.ts';
import type { BlockRef } from '#src/core/ports/token-transfers.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { page } from '../present.ts';
import type { PlatformServices } from '../services.ts';

const presentBlock = (block: BlockRef | null) => block && { number: Number(block.number), hash: block.hash };

/** Who holds tokens. */
export function holderRoutes({ tokenHolders }: Pick<PlatformServices, 'tokenHolders'>): RouteBinding[] {
  return [
    bind(ops.listTokenHolders, async ({ principal, params, query }) => {
      const { limit = 20, starting_after: after, item_id: item } = query;
      const { token, holders, block, ...found } = await tokenHolders.list(principal.owner, params.id, {
        limit,
        itemId: item === undefined ? null : parseAmount(item, 'item_id'),
        after: after === undefined ? undefined : checksum(after),
      });
      const data = holders.map(({ account, balance }) => ({
        object: 'holder' as const,
        id: account,
        account,
        balance: balance.toString(),
        formatted: token.decimals === null ? null : formatAmount(balance, token.decimals),
      }));
      return { ...page(data, found), block: presentBlock(block) };
    }),
  ];
}
