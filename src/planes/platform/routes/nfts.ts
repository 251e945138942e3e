import { createHash } from 'node:crypto';
import type { Static } from '@sinclair/typebox';
import * as served from '#schemas/platform/nft-metadata.ts';
import * as moves from '#schemas/platform/nft-moves.ts';
import * as ops from '#schemas/platform/nfts.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import { parseAmount } from '#src/core/money.ts';
import { bind, type RouteBinding, type RouteContext } from '#src/http/route.ts';
import type { NftSender } from '#src/services/nfts/nfts.ts';
import type { ActionOf } from '#src/services/tokens/moves.ts';
import { markReplay, writeKey } from '../idempotency.ts';
import { page } from '../present.ts';
import { presentNft } from '../present-nfts.ts';
import { presentTransaction } from '../present-tokens.ts';
import type { PlatformServices } from '../services.ts';
import { burnOf, mintOf, transferOf } from '../token-bodies.ts';
import { metadataOf, royaltyOf } from '../token-more-bodies.ts';

type Services = Pick<PlatformServices, 'nfts' | 'networks' | 'tenantWallets'>;

/** Items of tokens. */
export function nftRoutes(services: Services): RouteBinding[] {
  return [...readRoutes(services), ...moveRoutes(services), metadataRoute(services)];
}

function readRoutes({ nfts, networks, tenantWallets }: Services): RouteBinding[] {
  return [
    bind(ops.mintNft, async ({ principal, request, body, reply }) => {
      const key = writeKey(request, body, { required: true });
      const { token_id: tokenId, item_id: item } = body;
      const itemId = item === undefined ? undefined : parseAmount(item, 'item_id');
      const action = (number: bigint) => mintOf({ ...body, item_id: number.toString() });
      const made = await nfts.mint(principal.owner, { tokenId, itemId, action }, key);
      markReplay(reply, made.replayed);
      return presentNft(made.shown);
    }),
    bind(ops.listNfts, async ({ principal, query }) => {
      const { limit = 20, starting_after: after, token_id: tokenId, item_id: item, network } = query;
      const { owner, wallet_id: walletId } = query;
      if (owner !== undefined && walletId !== undefined) {
        throw fail('validation', { field: 'wallet_id', message: 'wallet_id and owner are one too many' });
      }
      const wallet = walletId === undefined ? null : await tenantWallets.get(principal.owner, walletId);
      const found = await nfts.list(principal.owner, {
        limit,
        after,
        tokenId,
        itemId: item === undefined ? undefined : parseAmount(item, 'item_id'),
        account: owner === undefined ? wallet?.address : checksum(owner),
        network: network === undefined ? undefined : (networks.find(network)?.name ?? network),
      });
      return page(found.data.map(presentNft), found);
    }),
    bind(ops.getNft, async ({ principal, params }) =>
      presentNft(await nfts.show(principal.owner, params.id)),
    ),
  ];
}

type Context<B> = Pick<RouteContext<never>, 'principal' | 'request' | 'reply'> & {
  params: { id: string };
  body: B;
};

type MetadataBody = Static<typeof moves.NftMetadataRequest> & { from?: string };
type RoyaltyBody = Static<typeof moves.NftRoyaltyRequest> & { from?: string };

function moveRoutes({ nfts }: Services): RouteBinding[] {
  /** The body's own words and the number of the item make an action on its token. */
  const by =
    <B extends { idempotency_key?: string; from?: string }>(
      otherwise: NftSender,
      actionOf: (body: B & { item_id: string }) => ActionOf,
    ) =>
    async ({ principal, request, params, body, reply }: Context<B>) => {
      const key = writeKey(request, body, { required: true });
      const move = {
        by: body.from === undefined ? otherwise : { account: body.from },
        action: ({ itemId }: { itemId: bigint }) => actionOf({ ...body, item_id: itemId.toString() }),
      };
      const { transaction, replayed } = await nfts.move(principal.owner, params.id, move, key);
      markReplay(reply, replayed);
      return presentTransaction(transaction);
    };
  return [
    bind(moves.transferNft, by('holder', transferOf)),
    bind(moves.burnNft, by('holder', burnOf)),
    // Matters of the token, whoever has the item.
    bind(moves.setNftMetadata, by<MetadataBody>('treasury', metadataOf)),
    bind(moves.setNftRoyalty, by<RoyaltyBody>('treasury', royaltyOf)),
  ];
}

function metadataRoute({ nfts }: Services): RouteBinding {
  return bind(served.getNftMetadata, async ({ params, request, reply }) => {
    const text = await nfts.metadata(params.id);
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    // Pages of wallets and marketplaces read it, and it never changes.
    reply
      .header('etag', etag)
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('access-control-allow-origin', '*');
    if (!isKnown(request.headers['if-none-match'], etag)) return text as never;
    await reply.code(304).send();
    return undefined as never;
  });
}

/** RFC 9110 13.1.2, weak comparison. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
