import { toSafeSmartAccount } from 'permissionless/accounts';
import {
  concat,
  encodeFunctionData,
  encodePacked,
  getContractAddress,
  hexToBigInt,
  keccak256,
  pad,
  parseAbi,
  zeroAddress,
} from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import type { Address, Hex } from '#src/core/hex.ts';
import { safeProxyCreationCode } from '../safe-proxy-creation-code.ts';
import type { AccountKind } from './kind.ts';

/** Canonical deployments, the same on every chain. */
export const safeContracts = {
  proxyFactory: '0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67',
  singleton: '0x41675C099F32341bf84BFc5382aF534df5C7461a',
  moduleSetup: '0x2dd68b007B46fBe91B9A7c3EDa5A7a1063cB5b47',
  module: '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226',
} as const;

const setupAbi = parseAbi([
  'function enableModules(address[] modules)',
  'function setup(address[] owners,uint256 threshold,address to,bytes data,address fallbackHandler,address paymentToken,uint256 payment,address paymentReceiver)',
]);

/** Safe 1.4.1 with the 4337 module 0.3.0 on EntryPoint 0.7. */
export const safeKind: AccountKind = {
  kind: 'safe-1.4.1',
  plan({ owner, salt }) {
    return {
      kind: safeKind.kind,
      factory: safeContracts.proxyFactory,
      entryPoint: entryPoint07Address,
      initialOwner: owner,
      salt,
      address: safeAddress(owner, salt),
    };
  },
  open({ account, signer, client, validUntil }) {
    return toSafeSmartAccount({
      client,
      owners: [signer],
      version: '1.4.1',
      entryPoint: { address: account.entryPoint, version: '0.7' },
      address: account.address,
      saltNonce: hexToBigInt(account.salt),
      validUntil,
      // One module needs no multi-send: the plain set-up is the cheaper deployment.
      useMultiSendForSetup: false,
      nonceKey: 0n,
    });
  },
};

function safeAddress(owner: Address, salt: Hex): Address {
  const enableModule = encodeFunctionData({
    abi: setupAbi,
    functionName: 'enableModules',
    args: [[safeContracts.module]],
  });
  const initializer = encodeFunctionData({
    abi: setupAbi,
    functionName: 'setup',
    args: [
      [owner],
      1n,
      safeContracts.moduleSetup,
      enableModule,
      safeContracts.module,
      zeroAddress,
      0n,
      zeroAddress,
    ],
  });
  return getContractAddress({
    opcode: 'CREATE2',
    from: safeContracts.proxyFactory,
    salt: keccak256(encodePacked(['bytes32', 'bytes32'], [keccak256(initializer), salt])),
    bytecode: concat([safeProxyCreationCode, pad(safeContracts.singleton)]),
  });
}
