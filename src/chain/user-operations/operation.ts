import type { UserOperation } from 'viem/account-abstraction';
import { formatUserOperationRequest } from 'viem/account-abstraction';
import type { Address, Hex } from '#src/core/hex.ts';

export type Operation = UserOperation<'0.7'>;

/** What the journal keeps of a signed operation: everything needed to send it again and to find it on the chain. */
export type StoredOperation = {
  request: Readonly<Record<string, unknown>>;
  entryPoint: Address;
  callData: Hex;
  /** The chain's head when it was signed: short of a reorg, no block up to it can hold it. */
  fromBlock: bigint;
};

/** JSON of a signed operation. */
export function serialiseOperation(operation: Operation, entryPoint: Address, fromBlock: bigint): string {
  return JSON.stringify({
    request: formatUserOperationRequest(operation),
    entryPoint,
    fromBlock: fromBlock.toString(),
  });
}

/** @throws SyntaxError when it is no JSON of ours */
export function parseOperation(raw: string): StoredOperation {
  const stored = JSON.parse(raw) as {
    request: { callData: Hex };
    entryPoint: Address;
    fromBlock: string;
  };
  return {
    request: stored.request,
    entryPoint: stored.entryPoint,
    callData: stored.request.callData,
    fromBlock: BigInt(stored.fromBlock),
  };
}
