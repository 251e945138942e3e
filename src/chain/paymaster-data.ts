import {
  concatHex,
  encodePacked,
  hexToNumber,
  pad,
  sliceHex,
  toHex,
  type Address,
  type Hex,
  type LocalAccount,
} from 'viem';

/** The fields of an EntryPoint 0.7 operation that SponsorPaymaster's signature covers. */
export type SponsoredOperation = {
  sender: Address;
  nonce: bigint;
  factory?: Address | undefined;
  factoryData?: Hex | undefined;
  callData: Hex;
  callGasLimit: bigint;
  verificationGasLimit: bigint;
  preVerificationGas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  paymasterVerificationGasLimit: bigint;
  paymasterPostOpGasLimit: bigint;
};

/** Unix seconds; 0 as `validUntil` means without end. */
export type SponsorshipWindow = { validUntil: number; validAfter: number };

const types = {
  UserOperationRequest: [
    { name: 'sender', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'initCode', type: 'bytes' },
    { name: 'callData', type: 'bytes' },
    { name: 'accountGasLimits', type: 'bytes32' },
    { name: 'preVerificationGas', type: 'uint256' },
    { name: 'gasFees', type: 'bytes32' },
    { name: 'paymasterVerificationGasLimit', type: 'uint256' },
    { name: 'paymasterPostOpGasLimit', type: 'uint256' },
    { name: 'validAfter', type: 'uint48' },
    { name: 'validUntil', type: 'uint48' },
  ],
} as const;

/** A signature of the right length that recovers to nobody: gas estimation then walks the whole path. */
const stubSignature: Hex =
  '0xfffffffffffffffffffffffffffffff0000000000000000000000000000000007aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1c';

const pack = (high: bigint, low: bigint): Hex =>
  concatHex([pad(toHex(high), { size: 16 }), pad(toHex(low), { size: 16 })]);

const encode = ({ validUntil, validAfter }: SponsorshipWindow, signature: Hex): Hex =>
  encodePacked(['uint48', 'uint48', 'bytes'], [validUntil, validAfter, signature]);

/** paymasterData for gas estimation: right in length and cost, no good on-chain. */
export function stubPaymasterData(): Hex {
  return encode({ validUntil: 0, validAfter: 0 }, stubSignature);
}

/** paymasterData that SponsorPaymaster accepts, signed without any RPC. */
export async function signPaymasterData(options: {
  signer: LocalAccount;
  operation: SponsoredOperation;
  paymaster: Address;
  chainId: number;
  window: SponsorshipWindow;
}): Promise<Hex> {
  const { signer, operation: op, paymaster, chainId, window } = options;
  const signature = await signer.signTypedData({
    domain: { name: 'SponsorPaymaster', version: '1', chainId, verifyingContract: paymaster },
    types,
    primaryType: 'UserOperationRequest',
    message: {
      sender: op.sender,
      nonce: op.nonce,
      initCode: op.factory ? concatHex([op.factory, op.factoryData ?? '0x']) : '0x',
      callData: op.callData,
      accountGasLimits: pack(op.verificationGasLimit, op.callGasLimit),
      preVerificationGas: op.preVerificationGas,
      gasFees: pack(op.maxPriorityFeePerGas, op.maxFeePerGas),
      paymasterVerificationGasLimit: op.paymasterVerificationGasLimit,
      paymasterPostOpGasLimit: op.paymasterPostOpGasLimit,
      ...window,
    },
  });
  return encode(window, signature);
}

/** The time window in SponsorPaymaster's paymasterData. */
export function readSponsorshipWindow(paymasterData: Hex): SponsorshipWindow {
  return {
    validUntil: hexToNumber(sliceHex(paymasterData, 0, 6)),
    validAfter: hexToNumber(sliceHex(paymasterData, 6, 12)),
  };
}
