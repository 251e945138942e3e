import { type ContractFunctionParameters, parseAbi } from 'viem';
import type { Address } from '#src/core/hex.ts';
import type { ItemAddress, ItemState } from '#src/core/ports/platform-tokens.ts';
import { familyOf } from '#src/core/token-actions.ts';
import type { ChainClients } from '../clients.ts';
import { type Answer, askAll } from './state.ts';

const royaltyAbi = parseAbi(['function royaltyInfo(uint256,uint256) view returns (address, uint256)']);
const uniqueAbi = parseAbi([
  'function ownerOf(uint256) view returns (address)',
  'function tokenURI(uint256) view returns (string)',
]);
const multiAbi = parseAbi([
  'function totalSupply(uint256) view returns (uint256)',
  'function uri(uint256) view returns (string)',
]);
const bpsBase = 10_000n;
const each = 3;

/** Who has it or how many there are, its URI, its royalty. */
function questions({ address, standard, itemId }: ItemAddress): ContractFunctionParameters[] {
  const royalty = {
    abi: royaltyAbi,
    address,
    functionName: 'royaltyInfo',
    args: [itemId, bpsBase],
  } as const;
  const args = [itemId] as const;
  return familyOf(standard) === 'unique'
    ? [
        { abi: uniqueAbi, address, functionName: 'ownerOf', args },
        { abi: uniqueAbi, address, functionName: 'tokenURI', args },
        royalty,
      ]
    : [
        { abi: multiAbi, address, functionName: 'totalSupply', args },
        { abi: multiAbi, address, functionName: 'uri', args },
        royalty,
      ];
}

function stateOf({ standard }: ItemAddress, answers: readonly Answer[]): ItemState | null {
  const [first, uri, royalty] = answers.map((one) => (one.status === 'success' ? one.result : null));
  // Every token of ours answers that: where it does not, there is none.
  if (!royalty) return null;
  const [receiver, bps] = royalty as [Address, bigint];
  const isUnique = familyOf(standard) === 'unique';
  return {
    owner: isUnique ? (first as Address | null) : null,
    supply: isUnique ? BigInt(first !== null) : (first as bigint),
    // An empty one is none: the contract has no base URI.
    uri: (uri as string | null) || null,
    royalty: bps > 0n ? { receiver, bps: Number(bps) } : null,
  };
}

/** What contracts of one network say of items, in order, of one block. */
export function readItems(clients: ChainClients) {
  return async (network: string, items: readonly ItemAddress[]): Promise<(ItemState | null)[]> => {
    if (items.length === 0) return [];
    const answers = await askAll(clients, network, items.flatMap(questions));
    return items.map((item, i) => stateOf(item, answers.slice(i * each, (i + 1) * each)));
  };
}
