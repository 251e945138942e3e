import { encodeFunctionData, pad, parseEventLogs, toHex, zeroAddress, type Address, type Hex } from 'viem';
import { cloneFactoryAbi } from '#src/chain/contracts/generated/clone-factory.ts';
import {
  cloneAddress,
  cloneFactoryAddress,
  missingTokenContracts,
  tokenImplementations,
  type CloneStandard,
} from '#src/chain/tokens/contracts.ts';
import { send, type ContractCall, type TestChain, type Wallet } from './chain-kit.ts';

/** Puts factory and implementations in place, as deployContracts does. */
export async function deployTokenContracts(chain: TestChain, wallet: Wallet): Promise<number> {
  const calls = await missingTokenContracts(chain.client);
  for (const call of calls) {
    const hash = await wallet.sendTransaction(call);
    await chain.client.waitForTransactionReceipt({ hash });
  }
  return calls.length;
}

export const allFeatures = { mintable: true, burnable: true, pausable: true };
export const noFeatures = { mintable: false, burnable: false, pausable: false };

const common = { name: 'Euro', symbol: 'EUR', contractURI: 'ipfs://about', features: allFeatures };
const royalty = { royaltyReceiver: zeroAddress, royaltyBps: 0n };
const defaults: Record<CloneStandard, object> = {
  ERC20: { ...common, decimals: 6, cap: 0n, initialSupply: 0n },
  ERC20_VOTES: { ...common, decimals: 6, cap: 0n, initialSupply: 0n },
  ERC1363: { ...common, decimals: 6, cap: 0n, initialSupply: 0n },
  ERC721: { ...common, ...royalty, baseURI: 'https://nft.example/', cap: 0n },
  SBT: { ...common, ...royalty, baseURI: 'https://sbt.example/', cap: 0n },
  ERC1155: { ...common, ...royalty, baseURI: 'https://items.example/{id}' },
};

let salts = 0;

export type Token = {
  address: Address;
  gasUsed: bigint;
  on(functionName: string, ...args: unknown[]): ContractCall;
};

export const nextSalt = (): Hex => pad(toHex(++salts), { size: 32 });

/** Makes a token owned by `admin`. */
export async function makeToken(
  chain: TestChain,
  admin: Wallet,
  standard: CloneStandard,
  init: object = {},
): Promise<Token> {
  const { abi, address: implementation } = tokenImplementations[standard];
  const salt = nextSalt();
  const data = encodeFunctionData({
    abi,
    functionName: 'initialize',
    args: [{ ...defaults[standard], admin: admin.account.address, ...init }],
  });
  const call = {
    address: cloneFactoryAddress,
    abi: cloneFactoryAbi,
    functionName: 'deploy',
    args: [implementation, salt, data],
  };
  const receipt = await send(chain, admin, call);
  const [made] = parseEventLogs({ abi: cloneFactoryAbi, logs: receipt.logs, eventName: 'Deployed' });
  const address = cloneAddress(standard, salt, admin.account.address);
  if (made?.args.instance !== address) throw new Error('the clone is not where it was predicted');
  return {
    address,
    gasUsed: receipt.gasUsed,
    on: (functionName, ...args) => ({ address, abi, functionName, args }),
  };
}
