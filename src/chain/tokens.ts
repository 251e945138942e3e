import {
  type ContractFunctionParameters,
  encodeEventTopics,
  encodeFunctionData,
  erc20Abi,
  multicall3Abi,
  numberToHex,
} from 'viem';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Preflight, TokenBalance, TokenPort } from '#src/core/ports/tokens.ts';
import { type ChainClients, multicall3Address } from './clients.ts';
import { onChain } from './errors.ts';
import type { Simulator } from './simulate.ts';

type Answer = { status: 'success'; result: unknown } | { status: 'failure'; error: Error };

/** ERC-20 reads (one HTTP request to one node, so all numbers are of one block) and transfers. */
export function createTokens(clients: ChainClients): TokenPort {
  return {
    holdings: (network, account, tokens) =>
      onChain(async () => {
        const client = clients.public(network);
        const [code, answers] = await Promise.all([
          client.getCode({ address: account }),
          client.multicall({
            contracts: [nativeRead(account), ...tokens.flatMap((address) => reads(address, account))],
            batchSize: 0,
          }),
        ]);
        const [native, ...rest] = answers as Answer[];
        if (native?.status !== 'success') throw fail('chain_unavailable', { cause: native?.error });
        const found = tokens.map((token, i) => tokenBalance(token, rest.slice(3 * i, 3 * i + 3)));
        return { native: native.result as bigint, deployed: code !== undefined, tokens: found };
      }),
    transfer({ token, from, to, amount }) {
      const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] });
      const topics = encodeEventTopics({ abi: erc20Abi, eventName: 'Transfer', args: { from, to } }) as Hex[];
      return {
        calls: [{ to: token, data, value: 0n }],
        expect: [{ address: token, topics, data: numberToHex(amount, { size: 32 }) }],
      };
    },
  };
}

function nativeRead(account: Address): ContractFunctionParameters {
  return { abi: multicall3Abi, address: multicall3Address, functionName: 'getEthBalance', args: [account] };
}

function reads(address: Address, account: Address): ContractFunctionParameters[] {
  const token = { abi: erc20Abi, address };
  return [
    { ...token, functionName: 'balanceOf', args: [account] },
    { ...token, functionName: 'symbol' },
    { ...token, functionName: 'decimals' },
  ];
}

/** The symbol is decoration and may be missing (old tokens have bytes32); balance and decimals may not. */
function tokenBalance(token: Address, [balance, symbol, decimals]: readonly Answer[]): TokenBalance {
  if (balance?.status !== 'success' || decimals?.status !== 'success') {
    throw fail('validation', {
      field: 'token',
      message: `token ${token} is not an ERC-20 token on this network`,
    });
  }
  return {
    token,
    symbol: symbol?.status === 'success' ? (symbol.result as string) : '',
    decimals: decimals.result as number,
    balance: balance.result as bigint,
  };
}

/** One question to the chain before anything is written down. */
export function createPreflight(clients: ChainClients, simulate: Simulator): Preflight {
  return (network, account, calls) =>
    onChain(async () => {
      const [verdict] = await simulate(clients.public(network), account, [calls]);
      return verdict?.verdict === 'refused' ? { revertReason: verdict.revertReason } : null;
    });
}
