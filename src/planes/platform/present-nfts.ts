import type { Static } from '@sinclair/typebox';
import type { PlatformNft } from '#schemas/platform/nfts.ts';
import type { ShownNft } from '#src/services/nfts/nfts.ts';
import { unix } from './present.ts';

type Wire = Static<typeof PlatformNft>;

/** ERC-1155: `{id}` stands for the number in 64 lower-case hex digits. */
function filledIn(uri: string, itemId: bigint): string {
  return uri.replaceAll('{id}', itemId.toString(16).padStart(64, '0'));
}

/** An item as the wire has it. */
export function presentNft({ nft, state, status, uri, metadata }: ShownNft): Wire {
  const { standard, itemId } = nft;
  return {
    object: 'nft',
    id: nft.id,
    token_id: nft.tokenId,
    item_id: itemId.toString(),
    standard: standard as Wire['standard'],
    network: nft.network,
    contract_address: nft.address,
    status,
    owner: state ? state.owner : nft.holder,
    supply: (state ?? nft).supply.toString(),
    balance: nft.balance?.toString() ?? null,
    uri,
    metadata_uri: uri !== null && standard === 'ERC1155' ? filledIn(uri, itemId) : uri,
    metadata: metadata === null ? null : (JSON.parse(metadata) as Wire['metadata']),
    royalty: state?.royalty ?? null,
    source: state ? 'chain' : 'index',
    transaction_id: nft.transactionId,
    created: unix(nft.createdAt),
  };
}
