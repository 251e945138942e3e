import { encodeEventTopics, encodeFunctionData, keccak256, toHex, zeroAddress } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import type { TokenContracts, TokenSpec } from '#src/core/ports/platform-tokens.ts';
import { familyOf } from '#src/core/token-actions.ts';
import { cloneERC1155Abi } from '../contracts/generated/clone-erc1155.ts';
import { cloneERC20Abi } from '../contracts/generated/clone-erc20.ts';
import { cloneERC721Abi } from '../contracts/generated/clone-erc721.ts';
import { cloneFactoryAbi } from '../contracts/generated/clone-factory.ts';
import { cloneAddress, cloneFactoryAddress, tokenImplementations } from './contracts.ts';

/** Salt of a token: its id is random, so nothing else follows from it. */
export function saltOf(id: string): Hex {
  return keccak256(toHex(id));
}

/** Clone and initialisation in one call of the factory; the address is bound to deployer and salt. */
export function deployment(
  spec: TokenSpec,
  deployer: Address,
  salt: Hex,
): ReturnType<TokenContracts['deployment']> {
  const address = cloneAddress(spec.standard, salt, deployer);
  const implementation = tokenImplementations[spec.standard].address;
  const data = encodeFunctionData({
    abi: cloneFactoryAbi,
    functionName: 'deploy',
    args: [implementation, salt, initialisation(spec, deployer)],
  });
  const topics = encodeEventTopics({
    abi: cloneFactoryAbi,
    eventName: 'Deployed',
    args: { instance: address, implementation, deployer },
  }) as Hex[];
  const call = { to: cloneFactoryAddress, data, value: 0n };
  return { address, effect: { calls: [call], expect: [{ address: cloneFactoryAddress, topics }] } };
}

function initialisation(spec: TokenSpec, admin: Address): Hex {
  const { name, symbol, features } = spec;
  const common = { name, symbol, features, admin, contractURI: '' };
  const family = familyOf(spec.standard);
  if (family === 'fungible') {
    const { decimals, cap, initialSupply } = spec;
    const init = { ...common, decimals: decimals ?? 18, cap: cap ?? 0n, initialSupply };
    return encodeFunctionData({ abi: cloneERC20Abi, functionName: 'initialize', args: [init] });
  }
  const bps = spec.royaltyBps ?? 0;
  const royalty = { royaltyReceiver: bps > 0 ? admin : zeroAddress, royaltyBps: BigInt(bps) };
  const rest = { ...common, ...royalty, baseURI: spec.baseUri ?? '' };
  if (family === 'multi') {
    return encodeFunctionData({ abi: cloneERC1155Abi, functionName: 'initialize', args: [rest] });
  }
  const init = { ...rest, cap: spec.cap ?? 0n };
  return encodeFunctionData({ abi: cloneERC721Abi, functionName: 'initialize', args: [init] });
}
