import type { TransactionError } from '#src/core/journal.ts';
import { passing, type RpcFault, rpcFault } from '../errors.ts';
import { decodeRevert } from '../reverts.ts';

/** Why an operation was refused. `retry`: it may pass later unchanged. */
export type OperationFault = { error: TransactionError; retry: boolean };

type Class = { reason: string; message: string; retry: boolean };

/** No block took what was sent within its validity. */
export const receiptTimeout = 'RECEIPT_TIMEOUT';

const one = (reason: string, message: string, retry = false): Class => ({ reason, message, retry });

/** EntryPoint 0.7's AA codes, one stable reason each. */
const byCode: Readonly<Record<string, Class>> = {
  AA10: one('ACCOUNT_ALREADY_DEPLOYED', 'the account is already deployed', true),
  AA13: one('DEPLOY_FAILED', 'the account could not be deployed'),
  AA14: one('DEPLOY_FAILED', 'the account deploys to another address'),
  AA15: one('DEPLOY_FAILED', 'the factory made no account'),
  AA20: one('ACCOUNT_NOT_DEPLOYED', 'the account is not deployed yet', true),
  AA21: one('PREFUND_TOO_LOW', 'nobody pays for the operation'),
  AA22: one('EXPIRED', 'the operation is outside its validity', true),
  AA23: one('ACCOUNT_REVERTED', 'the account refused the operation'),
  AA24: one('INVALID_SIGNATURE', 'the account did not accept the signature'),
  AA25: one('NONCE_CONFLICT', 'the nonce of the account has moved on', true),
  AA26: one('ACCOUNT_REVERTED', 'verification took more gas than allowed', true),
  AA30: one('PAYMASTER_REJECTED', 'the paymaster is not deployed'),
  AA31: one('PAYMASTER_DEPOSIT_TOO_LOW', 'the deposit of the paymaster is too low', true),
  AA32: one('EXPIRED', 'the sponsorship is outside its validity', true),
  AA33: one('PAYMASTER_REJECTED', 'the paymaster refused the operation'),
  AA34: one('PAYMASTER_REJECTED', 'the paymaster did not accept its signature'),
  AA36: one('PAYMASTER_REJECTED', 'paymaster verification took more gas than allowed', true),
  AA50: one('PAYMASTER_POSTOP_REVERTED', 'the paymaster reverted after the operation'),
  AA51: one('PREFUND_TOO_LOW', 'the operation cost more than was set aside'),
  AA95: one('OUT_OF_GAS', 'the bundle ran out of gas', true),
};

const byRpcCode: Readonly<Record<number, Class>> = {
  [-32001]: one('PAYMASTER_REJECTED', 'the paymaster denied sponsorship'),
  [-32500]: one('ACCOUNT_REVERTED', 'the account refused the operation'),
  [-32501]: one('PAYMASTER_REJECTED', 'the paymaster refused the operation'),
  [-32503]: one('EXPIRED', 'the operation is outside its validity', true),
  [-32504]: one('PAYMASTER_REJECTED', 'the bundler throttles the paymaster', true),
  [-32505]: one('PAYMASTER_REJECTED', 'the stake of the paymaster is too low'),
  [-32507]: one('INVALID_SIGNATURE', 'the account did not accept the signature'),
  [-32508]: one('PAYMASTER_DEPOSIT_TOO_LOW', 'the deposit of the paymaster is too low', true),
};

/** Reasons of the execution itself: another batch or a later time may do better, the same calls now won't. */
export const executionReverted = 'EXECUTION_REVERTED';

/** The failure every caller sees, told apart by `reason`. */
export function operationFailed(reason: string, message: string, revertReason?: string): TransactionError {
  return {
    code: 'USER_OPERATION_FAILED',
    message,
    reason,
    ...(revertReason === undefined ? {} : { revertReason }),
  };
}

/** Maps what a bundler or paymaster answered; null when they could not be asked (or it is no fault of theirs). */
export function operationFault(error: unknown): OperationFault | null {
  const fault = rpcFault(error);
  return fault?.kind === 'answered' ? classify(fault) : null;
}

function classify(fault: Extract<RpcFault, { kind: 'answered' }>): OperationFault {
  // Case-sensitive with word boundaries: revert data is lower-case hex and may well hold "aa32".
  const code = /\bAA\d\d\b/.exec(fault.text)?.[0];
  const known =
    code === undefined ? undefined : (byCode[code] ?? one('BUNDLER_REJECTED', `refused with ${code}`));
  const found = known ?? byRpcCode[fault.code];
  const hex = /\b0x(?:[0-9a-f]{2}){4,}\b/i.exec(fault.text)?.[0] as `0x${string}` | undefined;
  const data = fault.data ?? hex;
  if (!found && (fault.code === -32521 || (data !== undefined && /revert/i.test(fault.text)))) {
    const revertReason = decodeRevert(data);
    return { error: operationFailed(executionReverted, 'the call reverted', revertReason), retry: false };
  }
  // Bundlers say it of another operation of the nonce that is in their mempool, some with a code of theirs before it.
  if (/replacement (?:transaction|fee|operation)\b|bump the gas price/i.test(fault.text)) {
    return { error: operationFailed('REPLACEMENT_UNDERPRICED', 'the fees replace nothing'), retry: true };
  }
  if (found) return { error: operationFailed(found.reason, found.message), retry: found.retry };
  if (/already known/i.test(fault.text)) {
    return { error: operationFailed('ALREADY_KNOWN', 'the bundler has the operation'), retry: true };
  }
  if (/maxFeePerGas|maxPriorityFeePerGas|underpriced/.test(fault.text)) {
    return { error: operationFailed('UNDERPRICED', 'the fees are too low'), retry: true };
  }
  if (/preVerificationGas|verificationGasLimit|callGasLimit/.test(fault.text)) {
    return {
      error: operationFailed('GAS_LIMIT_REFUSED', 'the gas limits do not suit the bundler'),
      retry: true,
    };
  }
  return {
    error: operationFailed('BUNDLER_REJECTED', 'the operation was refused'),
    retry: passing.has(fault.code),
  };
}
