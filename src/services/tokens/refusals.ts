import { type AppError, fail } from '#src/core/errors.ts';

/** What a refused simulation means to whoever asked; the chain's own reason is said. */
export function refusalOf({ revertReason }: { revertReason: string }): AppError {
  const message = `The chain refuses it: ${revertReason}`;
  if (/^ERC(20|1155)InsufficientBalance\b/.test(revertReason)) {
    return fail('insufficient_balance', { message });
  }
  if (revertReason.startsWith('LastAdmin')) {
    return fail('last_admin', { message: 'The last admin of a token cannot be removed' });
  }
  return fail('user_operation_failed', { message });
}
