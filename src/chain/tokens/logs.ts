import { encodeAbiParameters, encodeEventTopics, numberToHex, parseAbi, zeroAddress } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import type { TokenAddress } from '#src/core/ports/platform-tokens.ts';
import { familyOf, type Portion } from '#src/core/token-actions.ts';

const fungibleAbi = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 value)']);
const uniqueAbi = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)',
]);
const multiAbi = parseAbi([
  'event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)',
]);

export type Move = Portion & {
  /** Null when it is minted. */
  from: Address | null;
  /** Null when it is burned. */
  to: Address | null;
};

/** The log that proves a move; `operator` is who sends it. */
export function moveLog({ address, standard }: TokenAddress, operator: Address, move: Move): ExpectedLog {
  const { amount, itemId } = move;
  const [from, to] = [move.from ?? zeroAddress, move.to ?? zeroAddress];
  const family = familyOf(standard);
  if (family === 'fungible') {
    const topics = encodeEventTopics({ abi: fungibleAbi, eventName: 'Transfer', args: { from, to } });
    return { address, topics: topics as Hex[], data: numberToHex(amount, { size: 32 }) };
  }
  const id = itemId ?? 0n;
  if (family === 'unique') {
    const args = { from, to, tokenId: id };
    return {
      address,
      topics: encodeEventTopics({ abi: uniqueAbi, eventName: 'Transfer', args }) as Hex[],
      data: '0x',
    };
  }
  const args = { operator, from, to };
  const data = encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [id, amount]);
  const topics = encodeEventTopics({ abi: multiAbi, eventName: 'TransferSingle', args });
  return { address, topics: topics as Hex[], data };
}
