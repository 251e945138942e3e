import { hexToBigInt, numberToHex } from 'viem';
import { formatUserOperationRequest, type UserOperation } from 'viem/account-abstraction';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Rpc } from '../rpc.ts';

export type SponsorFields = {
  paymaster: Address;
  paymasterData: Hex;
  paymasterVerificationGasLimit?: bigint;
  paymasterPostOpGasLimit?: bigint;
};

export type SponsorRequest = {
  operation: Partial<UserOperation<'0.7'>>;
  entryPoint: Address;
  chainId: number;
  /** ERC-7677 context; what a provider wants there is its own matter. */
  context?: Readonly<Record<string, unknown>>;
};

type Answer = {
  paymaster: Address;
  paymasterData: Hex;
  paymasterVerificationGasLimit?: Hex;
  paymasterPostOpGasLimit?: Hex;
  isFinal?: boolean;
};

async function ask(rpc: Rpc, method: string, request: SponsorRequest): Promise<Answer> {
  const formatted = formatUserOperationRequest(request.operation);
  const operation = {
    ...formatted,
    callGasLimit: formatted.callGasLimit ?? '0x0',
    verificationGasLimit: formatted.verificationGasLimit ?? '0x0',
    preVerificationGas: formatted.preVerificationGas ?? '0x0',
  };
  const params = [operation, request.entryPoint, numberToHex(request.chainId), request.context ?? {}];
  return (await rpc.request(method, params)) as Answer;
}

function fields(answer: Answer): SponsorFields {
  const { paymasterVerificationGasLimit: verification, paymasterPostOpGasLimit: postOp } = answer;
  return {
    paymaster: answer.paymaster,
    paymasterData: answer.paymasterData,
    ...(verification === undefined ? {} : { paymasterVerificationGasLimit: hexToBigInt(verification) }),
    ...(postOp === undefined ? {} : { paymasterPostOpGasLimit: hexToBigInt(postOp) }),
  };
}

/** ERC-7677: what stands in for sponsorship while gas is estimated. `isFinal` spares the second call. */
export async function sponsorStub(
  rpc: Rpc,
  request: SponsorRequest,
): Promise<SponsorFields & { isFinal: boolean }> {
  const answer = await ask(rpc, 'pm_getPaymasterStubData', request);
  return { ...fields(answer), isFinal: answer.isFinal === true };
}

/** ERC-7677: sponsorship of exactly this operation. */
export async function sponsor(rpc: Rpc, request: SponsorRequest): Promise<SponsorFields> {
  return fields(await ask(rpc, 'pm_getPaymasterData', request));
}
