import { type Address, type Hex, pad } from 'viem';
import { entryPoint07Address, toPackedUserOperation } from 'viem/account-abstraction';
import { expect } from 'vitest';
import { sponsorPaymasterAbi } from '#src/chain/contracts/generated/sponsor-paymaster.ts';
import { signPaymasterData, type SponsoredOperation } from '#src/chain/paymaster-data.ts';
import { someAddress, type OwnContracts } from './own-contracts-kit.ts';

export const operation = (over: Partial<SponsoredOperation> = {}): SponsoredOperation => ({
  sender: someAddress(),
  nonce: 7n,
  factory: someAddress(),
  factoryData: '0xabcd',
  callData: '0x1234',
  callGasLimit: 100_000n,
  verificationGasLimit: 200_000n,
  preVerificationGas: 50_000n,
  maxFeePerGas: 3n,
  maxPriorityFeePerGas: 2n,
  paymasterVerificationGasLimit: 60_000n,
  paymasterPostOpGasLimit: 1n,
  ...over,
});

export const window = { validUntil: 2_000_000_000, validAfter: 1_000_000_000 };

export const signed = (world: OwnContracts, op: SponsoredOperation, signer = world.paymasterSigner) =>
  signPaymasterData({ signer, operation: op, paymaster: world.addresses.paymaster, chainId: 84532, window });

/** What the EntryPoint hears: the packed authorizer and time window, EIP-4337 "validation data". */
export async function validate(
  world: OwnContracts,
  op: SponsoredOperation,
  paymasterData: Hex,
  from: Address = entryPoint07Address,
) {
  const packed = toPackedUserOperation({
    ...op,
    paymaster: world.addresses.paymaster,
    paymasterData,
    signature: '0x',
  } as never);
  const { result } = await world.chain.client.simulateContract({
    address: world.addresses.paymaster,
    abi: sponsorPaymasterAbi,
    functionName: 'validatePaymasterUserOp',
    args: [packed, pad('0x', { size: 32 }), 0n],
    account: from,
  } as never);
  const [context, validationData] = result as unknown as [Hex, bigint];
  expect(context).toBe('0x');
  return {
    failed: BigInt.asUintN(160, validationData) === 1n,
    validUntil: Number(BigInt.asUintN(48, validationData >> 160n)),
    validAfter: Number(validationData >> 208n),
  };
}
