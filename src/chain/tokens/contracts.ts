import {
  concatHex,
  encodeAbiParameters,
  keccak256,
  type Abi,
  type Address,
  type Hex,
  type PublicClient,
} from 'viem';
import { cloneERC1155Abi, cloneERC1155Bytecode } from '../contracts/generated/clone-erc1155.ts';
import { cloneERC1363Abi, cloneERC1363Bytecode } from '../contracts/generated/clone-erc1363.ts';
import { cloneERC20VotesAbi, cloneERC20VotesBytecode } from '../contracts/generated/clone-erc20-votes.ts';
import { cloneERC20Abi, cloneERC20Bytecode } from '../contracts/generated/clone-erc20.ts';
import { cloneERC721Abi, cloneERC721Bytecode } from '../contracts/generated/clone-erc721.ts';
import { cloneFactoryBytecode } from '../contracts/generated/clone-factory.ts';
import { cloneSBTAbi, cloneSBTBytecode } from '../contracts/generated/clone-sbt.ts';
import { create2Address, create2CallData, create2Deployer } from '../create2.ts';

type Implementation = { abi: Abi; initCode: Hex; address: Address };

const implementation = (abi: Abi, initCode: Hex): Implementation => ({
  abi,
  initCode,
  address: create2Address(initCode),
});

/** The locked implementation behind each standard; the addresses are the same on every chain. */
export const tokenImplementations = {
  ERC20: implementation(cloneERC20Abi, cloneERC20Bytecode),
  ERC20_VOTES: implementation(cloneERC20VotesAbi, cloneERC20VotesBytecode),
  ERC1363: implementation(cloneERC1363Abi, cloneERC1363Bytecode),
  ERC721: implementation(cloneERC721Abi, cloneERC721Bytecode),
  ERC1155: implementation(cloneERC1155Abi, cloneERC1155Bytecode),
  SBT: implementation(cloneSBTAbi, cloneSBTBytecode),
} as const satisfies Record<string, Implementation>;

export type CloneStandard = keyof typeof tokenImplementations;

/** Makes the clones. */
export const cloneFactoryAddress = create2Address(cloneFactoryBytecode);

/** Address of the clone that `deployer` makes with `salt`, computed offline. */
export function cloneAddress(standard: CloneStandard, salt: Hex, deployer: Address): Address {
  const bound = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [deployer, salt]));
  const creationCode = concatHex([
    '0x3d602d80600a3d3981f3363d3d373d3d3d363d73',
    tokenImplementations[standard].address,
    '0x5af43d82803e903d91602b57fd5bf3',
  ]);
  return create2Address(creationCode, bound, cloneFactoryAddress);
}

/** Calls that put factory and implementations in place on a chain; empty when all are there. */
export async function missingTokenContracts(client: PublicClient): Promise<{ to: Address; data: Hex }[]> {
  const wanted = [
    { address: cloneFactoryAddress, initCode: cloneFactoryBytecode },
    ...Object.values(tokenImplementations),
  ];
  const codes = await Promise.all(wanted.map(({ address }) => client.getCode({ address })));
  return wanted
    .filter((_, i) => codes[i] === undefined)
    .map(({ initCode }) => ({ to: create2Deployer, data: create2CallData(initCode) }));
}
