import type { Nft } from '#src/core/ports/nfts.ts';

export type NftStatus = 'pending' | 'minted' | 'burned' | 'failed';

/** Where an item stands; the chain's own word on how many there are goes before what was read of it. */
export function statusOf({ supply, moves, mint }: Nft, onChain?: bigint): NftStatus {
  if ((onChain ?? supply) > 0n) return 'minted';
  if (mint === 'pending') return 'pending';
  if (moves > 0) return 'burned';
  return mint === 'failed' ? 'failed' : 'pending';
}
