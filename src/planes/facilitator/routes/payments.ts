import * as payments from '#schemas/facilitator/payments.ts';
import { AppError, type ErrorKind, fail, isKind } from '#src/core/errors.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { FastifyReply } from 'fastify';
import type { OfferFate } from '#src/services/discovery.ts';
import { merchantOf, userOf } from '../auth.ts';
import { presentSettlement, presentVerdict } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** What is the caller's fault; everything else means that nobody could tell. */
const refusals: ErrorKind[] = ['validation', 'malformed_payload', 'forbidden', 'idempotency_conflict'];

/** A fault says so under the code of its call, and neither `isValid` nor `success`: no payer is blamed for a dead RPC. */
async function guarded<T>(
  kind: 'verification_unavailable' | 'settlement_unavailable',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isKind(error, ...refusals)) throw error;
    const facts = error instanceof AppError && error.kind !== 'internal' ? error.facts : { cause: error };
    throw fail(kind, facts);
  }
}

/** What became of the payment's offer to the catalogue, as the official clients read it. */
function tell(reply: FastifyReply, bazaar: OfferFate | null): void {
  if (!bazaar) return;
  reply.header('extension-responses', Buffer.from(JSON.stringify({ bazaar })).toString('base64'));
}

/** Verify and settle. */
export function paymentRoutes({ payments: service, discovery }: FacilitatorServices): RouteBinding[] {
  return [
    bind(payments.verifyPayment, ({ principal, body, reply }) =>
      guarded('verification_unavailable', async () => {
        const answer = await service.verify(merchantOf(principal), body);
        if (answer.isValid) tell(reply, discovery.judge(body));
        return presentVerdict(answer);
      }),
    ),
    bind(payments.settlePayment, ({ principal, body, request, reply }) =>
      guarded('settlement_unavailable', async () => {
        const key = request.headers['idempotency-key'];
        const answer = await service.settle(
          merchantOf(principal),
          body,
          typeof key === 'string' ? key : null,
        );
        if (answer.success) tell(reply, await discovery.record(userOf(principal), body));
        if (answer.replayed) reply.header('idempotent-replayed', 'true');
        return presentSettlement(answer);
      }),
    ),
  ];
}
