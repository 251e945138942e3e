import { type Abi, decodeErrorResult } from 'viem';
import type { Hex } from '#src/core/hex.ts';
import { cloneERC1155Abi } from './contracts/generated/clone-erc1155.ts';
import { cloneERC1363Abi } from './contracts/generated/clone-erc1363.ts';
import { cloneERC20VotesAbi } from './contracts/generated/clone-erc20-votes.ts';
import { cloneFactoryAbi } from './contracts/generated/clone-factory.ts';
import { cloneSBTAbi } from './contracts/generated/clone-sbt.ts';
import { chronosTokenAbi } from './contracts/generated/chronos-token.ts';
import { mintVouchersAbi } from './contracts/generated/mint-vouchers.ts';
import { tokenLockAbi } from './contracts/generated/token-lock.ts';

const panics: Readonly<Record<string, string>> = {
  '1': 'assertion failed',
  '17': 'arithmetic overflow',
  '18': 'division by zero',
  '33': 'invalid enum value',
  '50': 'index out of bounds',
};

/** All custom errors of our contracts (and so of OpenZeppelin's bases), each once. */
const errorsAbi: Abi = [
  ...new Map(
    [
      chronosTokenAbi,
      mintVouchersAbi,
      tokenLockAbi,
      cloneFactoryAbi,
      cloneERC20VotesAbi,
      cloneERC1363Abi,
      cloneERC1155Abi,
      cloneSBTAbi,
    ]
      .flat()
      .filter((item) => item.type === 'error')
      .map((item) => [`${item.name}(${item.inputs.map((input) => input.type).join()})`, item]),
  ).values(),
];

/** Revert data for people: `VoucherUsed(0x…)`, the text of a require, or the selector of an error nobody here knows. */
export function decodeRevert(data: Hex | undefined, abis: readonly Abi[] = []): string {
  if (!data || data === '0x') return 'reverted without a reason';
  for (const abi of [errorsAbi, ...abis]) {
    try {
      const { errorName, args } = decodeErrorResult({ abi, data });
      const shown = (args ?? []).map(String);
      if (errorName === 'Error') return shown[0] ?? '';
      if (errorName === 'Panic') return panics[shown[0] ?? ''] ?? `panic ${shown[0]}`;
      return `${errorName}(${shown.join(', ')})`;
    } catch {
      // Not an error of this ABI.
    }
  }
  return `unknown error ${data.slice(0, 10)}`;
}
