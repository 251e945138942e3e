import { RpcRequestError } from 'viem';
import { expect, test } from 'vitest';
import { operationFault } from '#src/chain/user-operations/errors.ts';

const answered = (code: number, message: string, data?: unknown) =>
  operationFault(
    new RpcRequestError({ body: {}, url: 'http://bundler/secret', error: { code, message, data } }),
  );
const validation = (text: string) => `UserOperation reverted during simulation with reason: ${text}`;

test.each([
  [-32500, validation('AA10 sender already constructed'), 'ACCOUNT_ALREADY_DEPLOYED', true],
  [-32500, validation('AA13 initCode failed or OOG'), 'DEPLOY_FAILED', false],
  [-32500, validation('AA14 initCode must return sender'), 'DEPLOY_FAILED', false],
  [-32500, validation('AA15 initCode must create sender'), 'DEPLOY_FAILED', false],
  [-32500, validation('AA20 account not deployed'), 'ACCOUNT_NOT_DEPLOYED', true],
  [-32500, validation(`AA21 didn't pay prefund`), 'PREFUND_TOO_LOW', false],
  [-32500, validation('AA22 expired or not due'), 'EXPIRED', true],
  [-32500, validation('AA23 reverted 0x08c379a0'), 'ACCOUNT_REVERTED', false],
  [-32500, validation('AA24 signature error'), 'INVALID_SIGNATURE', false],
  [-32500, validation('AA25 invalid account nonce'), 'NONCE_CONFLICT', true],
  [-32500, validation('AA26 over verificationGasLimit'), 'ACCOUNT_REVERTED', true],
  [-32501, validation('AA30 paymaster not deployed'), 'PAYMASTER_REJECTED', false],
  [-32508, validation('AA31 paymaster deposit too low'), 'PAYMASTER_DEPOSIT_TOO_LOW', true],
  [-32503, validation('AA32 paymaster expired or not due'), 'EXPIRED', true],
  [-32501, validation('AA33 reverted 0x'), 'PAYMASTER_REJECTED', false],
  [-32501, validation('AA34 signature error'), 'PAYMASTER_REJECTED', false],
  [-32501, validation('AA36 over paymasterVerificationGasLimit'), 'PAYMASTER_REJECTED', true],
  [-32500, validation('AA50 postOp reverted'), 'PAYMASTER_POSTOP_REVERTED', false],
  [-32500, validation('AA51 prefund below actualGasCost'), 'PREFUND_TOO_LOW', false],
  [-32500, validation('AA95 out of gas'), 'OUT_OF_GAS', true],
  [-32500, validation('AA99 of a later EntryPoint'), 'BUNDLER_REJECTED', false],
  [-32500, 'refused', 'ACCOUNT_REVERTED', false],
  [-32501, 'refused', 'PAYMASTER_REJECTED', false],
  [-32503, 'User operation expires too soon', 'EXPIRED', true],
  [-32504, 'throttled', 'PAYMASTER_REJECTED', true],
  [-32507, 'Invalid signature', 'INVALID_SIGNATURE', false],
  [-32001, 'request denied', 'PAYMASTER_REJECTED', false],
  [-32000, 'replacement transaction underpriced', 'REPLACEMENT_UNDERPRICED', true],
  [-32602, 'replacement fee too low', 'REPLACEMENT_UNDERPRICED', true],
  [
    -32602,
    'AA25 invalid account nonce: User operation already present in mempool, bump the gas price by minimum 10%',
    'REPLACEMENT_UNDERPRICED',
    true,
  ],
  [-32602, 'maxFeePerGas must be at least 7 (current maxFeePerGas: 1)', 'UNDERPRICED', true],
  [-32602, 'preVerificationGas is not enough, required: 7, got: 1', 'GAS_LIMIT_REFUSED', true],
  [-32602, 'Already known', 'ALREADY_KNOWN', true],
  [-32603, 'Internal error', 'BUNDLER_REJECTED', true],
  [-32005, 'limit exceeded', 'BUNDLER_REJECTED', true],
  [-32007, 'request limit reached', 'BUNDLER_REJECTED', true],
  [429, 'Too Many Requests', 'BUNDLER_REJECTED', true],
  [-1, 'unknown', 'BUNDLER_REJECTED', true],
  [-32602, 'nonsense', 'BUNDLER_REJECTED', false],
])('%i %s → %s', (code, text, reason, retry) => {
  const fault = answered(code, text)!;
  expect([fault.error.code, fault.error.reason, fault.retry]).toEqual([
    'USER_OPERATION_FAILED',
    reason,
    retry,
  ]);
});

test('an execution that reverts says why, from data or from the text', () => {
  const unused =
    '0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000026e6f000000000000000000000000000000000000000000000000000000000000';
  const reverted = { reason: 'EXECUTION_REVERTED', revertReason: 'no' };
  expect(answered(-32521, 'UserOperation reverted during execution phase', unused)!.error).toMatchObject(
    reverted,
  );
  expect(answered(-32521, `execution reverted: ${unused}`)!.error).toMatchObject(reverted);
  expect(answered(3, 'execution reverted', unused)!.error).toMatchObject(reverted);
});

test('hex that happens to spell a code is no code', () => {
  const hex = `0xdeadAA32beefaa31AA21${'00'.repeat(8)}`;
  expect(answered(-32521, `execution reverted: ${hex}`)!.error.reason).toBe('EXECUTION_REVERTED');
  expect(answered(-32602, 'sender 0x00aa24AA24AA24 is odd')!.error.reason).toBe('BUNDLER_REJECTED');
  expect(answered(-32602, 'aa24 in lower case')!.error.reason).toBe('BUNDLER_REJECTED');
});

test('neither calldata nor endpoint is repeated, and what no endpoint said is no refusal', () => {
  const told = JSON.stringify(answered(-32500, validation(`AA24 signature error 0x${'ab'.repeat(65)}`)));
  expect(told).not.toMatch(/0xab|bundler/);
  expect(operationFault(new Error('AA24 signature error'))).toBeNull();
});
