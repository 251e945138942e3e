import { executeClaim, getClaim, releaseClaim, verifyClaim } from '#schemas/adapter/claims.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import { parseAmount } from '#src/core/money.ts';
import { answered, idempotencyKey } from '#src/http/idempotency.ts';
import { bind } from '#src/http/route.ts';
import { callerOf } from '../caller.ts';
import { toClaim, toVerification } from '../claims.ts';
import type { AdapterServices } from '../index.ts';
import { toTransaction } from '../present.ts';

const ok = { success: true as const };

/** Payouts from the treasury. */
export const claimRoutes = ({ claims, claimProofs, claimReleases }: AdapterServices) => [
  bind(executeClaim, async ({ principal, request, body, reply }) => {
    const caller = callerOf(principal, request);
    const { claimId, token, amount, lockSeconds, network } = body;
    const input = {
      claimId,
      token: checksum(token),
      amount: parseAmount(amount, 'amount'),
      to: receiver(body) ?? { userId: caller.userId },
      lockSeconds,
      network,
    };
    const key = idempotencyKey(request, { owner: caller.owner, subject: caller.userId });
    return { ...ok, transaction: toTransaction(answered(reply, await claims.execute(caller, input, key))) };
  }),
  bind(getClaim, async ({ principal, request, params: { claimId } }) => ({
    ...ok,
    claim: toClaim(await claims.get(callerOf(principal, request), claimId)),
  })),
  bind(verifyClaim, async ({ principal, request, body: { claimId, txHash, network } }) => {
    if (claimId === undefined && txHash === undefined) {
      throw fail('validation', { field: 'claimId', message: 'claimId or txHash is required' });
    }
    const question = {
      ...(claimId === undefined ? {} : { claimId }),
      ...(txHash === undefined ? {} : { txHash: txHash.toLowerCase() as Hex }),
      ...(network === undefined ? {} : { network }),
    };
    return { ...ok, ...toVerification(await claimProofs.verify(callerOf(principal, request), question)) };
  }),
  bind(releaseClaim, async ({ principal, request, params: { claimId }, reply }) => {
    const caller = callerOf(principal, request);
    const key = idempotencyKey(request, { owner: caller.owner, subject: caller.userId });
    const written = await claimReleases.release(caller, claimId, key);
    return { ...ok, transaction: toTransaction(answered(reply, written)) };
  }),
];

/** At most one of the ways to name who receives. @throws validation */
function receiver(body: { recipient?: string; userId?: string; toUserId?: string }) {
  const { recipient, userId, toUserId } = body;
  const [first, ...others] = [recipient, userId, toUserId].filter((one) => one !== undefined);
  if (others.length > 0) {
    const message = 'only one of recipient, userId and toUserId may be given';
    throw fail('validation', { field: 'recipient', message });
  }
  if (first === undefined) return null;
  return recipient === undefined ? { userId: first } : { address: recipient as Address };
}
