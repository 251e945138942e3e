import { fail } from '#src/core/errors.ts';
import type {
  PaymentRequest,
  PreparedPayment,
  Purpose,
  Refusal,
  Unreadable,
  X402Version,
} from '#src/core/payment.ts';
import type { Merchant, PaymentsOptions } from './ports.ts';

/** What a body came to: a payment to judge, or a refusal in the version it spoke. */
export type Read = { version: X402Version; network: string; resource: string; offer: string } & (
  | { payment: PreparedPayment; refusal: null }
  | { payment: null; refusal: Refusal }
);

/**
 * Reads a body and applies the rules that need no chain.
 * @throws validation, malformed_payload when it can't be read · forbidden when the key may not take it
 */
export async function readPayment(
  { engine, mayTake }: PaymentsOptions,
  merchant: Merchant,
  body: unknown,
  purpose: Purpose,
): Promise<Read> {
  const request = engine.parse(body);
  if (!('requirements' in request)) return refused(body, readable(request));
  const spoken = {
    version: request.version,
    network: request.requirements.network,
    resource: request.requirements.resource,
    offer: request.offer,
  };
  checkBinding(merchant, request);
  const prepared = readable(await engine.prepare(request, purpose));
  if (!('judge' in prepared)) return { ...spoken, payment: null, refusal: prepared };
  // Settle asks later: what is on its way already may finish.
  if (purpose === 'verify' && !(await mayTake(prepared.network))) throw paused(prepared.network);
  return { ...spoken, payment: prepared, refusal: null };
}

/** Nothing is judged or begun on this network for now. */
export function paused(network: string) {
  return fail('chain_unavailable', { message: `Payments on ${network} are paused`, retryAfter: 60 });
}

function checkBinding(merchant: Merchant, request: PaymentRequest): void {
  if (merchant.payTo?.includes(request.requirements.payTo) === false) {
    throw fail('forbidden', { message: 'This client key may not take payments for that payTo address' });
  }
}

function readable<T extends object>(result: T | Unreadable): T {
  if (!('fault' in result)) return result;
  const { fault, field, message } = result;
  throw fail(fault === 'invalid_payload' ? 'malformed_payload' : 'validation', { field, message });
}

/** Refused before it could be read whole: version 2 words, unless it said 1. */
function refused(body: unknown, refusal: Refusal): Read {
  const { x402Version, paymentRequirements } = body as {
    x402Version?: unknown;
    paymentRequirements?: { network?: unknown };
  };
  const network = paymentRequirements?.network;
  return {
    version: x402Version === 1 ? 1 : 2,
    network: typeof network === 'string' ? network.slice(0, 128) : '',
    resource: '',
    offer: '',
    payment: null,
    refusal,
  };
}
