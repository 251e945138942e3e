import { createAuthority, type Credentials } from './credentials.ts';
import type { OperationFacts } from './facts.ts';
import { operations } from './generated/operations.ts';
import { itemsOf } from './pages.ts';
import { followEvents } from './stream.ts';
import { bodyOf, createTransport, type Outgoing, type TransportOptions } from './transport.ts';
import type { Plane, PlaneName } from './types.ts';

export type { ErrorCode } from './generated/operations.ts';
export { ChronosConnectionError, ChronosError, MissingCredentialsError } from './errors.ts';
export { verifyWebhook, WebhookVerificationError } from './webhooks.ts';
export type { WebhookEvent } from './webhooks.ts';
export type { CallOptions, Input, Output, ServerEvent } from './types.ts';
export type { Credentials } from './credentials.ts';

export type ChronosOptions = TransportOptions & Credentials;
/** A client: one object per plane with a method per operation. */
export type Chronos = { readonly [P in PlaneName]: Plane<P> };

type AnyInput = {
  params?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, unknown>>;
  body?: Readonly<Record<string, unknown>>;
  userId?: string;
  idempotencyKey?: string;
  lastEventId?: string;
  signal?: AbortSignal;
};

function pathOf(facts: OperationFacts, params: AnyInput['params'] = {}): string {
  return facts.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`params.${name} is required`);
    return encodeURIComponent(value);
  });
}

/** The call as it goes out, but for its credentials. */
function outgoing(facts: OperationFacts, input: AnyInput): Outgoing {
  const { idempotency, method } = facts;
  const key = idempotency && (input.idempotencyKey ?? crypto.randomUUID());
  const inBody = idempotency?.in === 'body' ? { [idempotency.name]: key } : undefined;
  const body = inBody || input.body ? { ...inBody, ...input.body } : undefined;
  return {
    method,
    path: pathOf(facts, input.params),
    repeatable: method !== 'POST' || idempotency !== undefined,
    headers: {
      ...(input.userId === undefined ? {} : { 'x-user-id': input.userId }),
      ...(idempotency?.in === 'header' && key !== undefined ? { [idempotency.name]: key } : {}),
      ...(input.lastEventId === undefined ? {} : { 'last-event-id': input.lastEventId }),
    },
    ...(input.query && { query: input.query }),
    ...(body && { body }),
    ...(input.signal && { signal: input.signal }),
  };
}

/**
 * A client of all planes.
 * Writes carry an idempotency key, 429 and 503 are tried again as the server asks, lists have `.all()`.
 * @throws ChronosError, ChronosConnectionError and MissingCredentialsError from its methods
 */
export function createChronos(options: ChronosOptions): Chronos {
  const transport = createTransport(options);
  const authority = createAuthority(transport, options);

  const send = async ({ security }: OperationFacts, call: Outgoing): Promise<Response> => {
    const authorized = async () =>
      transport({ ...call, headers: { ...(await authority.headersFor(security)), ...call.headers } });
    try {
      return await authorized();
    } catch (failure) {
      if (authority.renew(failure, security)) return authorized();
      throw failure;
    }
  };

  const method = (facts: OperationFacts) => {
    if (facts.answer === 'events') {
      return (input: AnyInput = {}) =>
        followEvents(
          (lastEventId) =>
            send(facts, {
              ...outgoing(facts, { ...input, ...(lastEventId === undefined ? {} : { lastEventId }) }),
              stream: true,
            }),
          input,
        );
    }
    const call = async (input: AnyInput = {}) => {
      const response = await send(facts, outgoing(facts, input));
      return facts.answer === 'text' ? response.text() : bodyOf(response);
    };
    const { pages } = facts;
    if (!pages) return call;
    const all = (input: AnyInput = {}) =>
      itemsOf(pages, (query) => call({ ...input, query }), input.query ?? {});
    return Object.assign(call, { all });
  };

  const planes = Object.entries(operations).map(([plane, table]) => [
    plane,
    Object.fromEntries(Object.entries(table).map(([id, facts]) => [id, method(facts as OperationFacts)])),
  ]);
  return Object.fromEntries(planes) as Chronos;
}
