import { type ContractFunctionParameters, multicall3Abi } from 'viem';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import type { TokenAddress, TokenState } from '#src/core/ports/platform-tokens.ts';
import { familyOf } from '#src/core/token-actions.ts';
import { type ChainClients, multicall3Address } from '../clients.ts';
import { cloneERC20Abi } from '../contracts/generated/clone-erc20.ts';
import { cloneERC721Abi } from '../contracts/generated/clone-erc721.ts';
import { onChain } from '../errors.ts';

export type Answer = { status: 'success'; result: unknown } | { status: 'failure'; error: Error };

const sentinel: ContractFunctionParameters = {
  abi: multicall3Abi,
  address: multicall3Address,
  functionName: 'getCurrentBlockTimestamp',
};

/** Reads tokens' own functions in one round trip to one node, so that all is of one block. @throws chain_unavailable */
export function askAll(
  clients: ChainClients,
  network: string,
  contracts: readonly ContractFunctionParameters[],
): Promise<Answer[]> {
  return onChain(async () => {
    const asked = { contracts: [sentinel, ...contracts], batchSize: 0 };
    const [proof, ...answers] = (await clients.public(network).multicall(asked)) as Answer[];
    // That contract always answers: where it does not, nobody did.
    if (proof?.status !== 'success') throw fail('chain_unavailable', { retryAfter: 5, cause: proof?.error });
    return answers;
  });
}

const bpsBase = 10_000n;

/** What every token of ours answers, then what only some do. */
function questions({ address, standard }: TokenAddress): ContractFunctionParameters[] {
  const family = familyOf(standard);
  const token = { abi: cloneERC20Abi, address };
  const nft = { abi: cloneERC721Abi, address };
  const supply = { ...token, functionName: 'totalSupply' };
  const cap = { ...token, functionName: 'cap' };
  const royalty = { ...nft, functionName: 'royaltyInfo', args: [0n, bpsBase] };
  return [
    { ...token, functionName: 'owner' },
    { ...token, functionName: 'paused' },
    ...(family === 'multi' ? [] : [supply, cap]),
    ...(family === 'fungible' ? [] : [royalty]),
  ];
}

const unlimited = 2n ** 256n - 1n;

function stateOf({ standard }: TokenAddress, answers: readonly Answer[]): TokenState | null {
  const results = answers.map((one) => (one.status === 'success' ? one.result : undefined));
  const [owner, paused, ...rest] = results;
  if (typeof owner !== 'string' || typeof paused !== 'boolean') return null;
  const family = familyOf(standard);
  const [supply, cap] = family === 'multi' ? [] : (rest.splice(0, 2) as bigint[]);
  const royalty = rest[0] as [Address, bigint] | undefined;
  return {
    totalSupply: supply ?? null,
    cap: cap === undefined || cap === unlimited ? null : cap,
    paused,
    contractOwner: owner as Address,
    royalty: royalty && royalty[1] > 0n ? { receiver: royalty[0], bps: Number(royalty[1]) } : null,
  };
}

/** On-chain state of tokens of one network. */
export function readStates(clients: ChainClients) {
  return async (network: string, tokens: readonly TokenAddress[]): Promise<(TokenState | null)[]> => {
    if (tokens.length === 0) return [];
    const asked = tokens.map(questions);
    const answers = await askAll(clients, network, asked.flat());
    let at = 0;
    return tokens.map((token, i) => {
      const mine = answers.slice(at, (at += asked[i]!.length));
      return stateOf(token, mine);
    });
  };
}
