import type { ErrorCode } from './generated/operations.ts';

/** What an error answer of any plane says, in one shape. */
export type ErrorFacts = {
  status: number;
  code: string;
  message: string;
  /** Facts to act on; a text on the facilitator. */
  details?: unknown;
  /** The field that was wrong, where the plane names it apart. */
  param?: string;
  requestId?: string;
  /** Seconds, as the server asked. */
  retryAfter?: number;
  body?: unknown;
};

/** An answer that is no success. */
export class ChronosError extends Error {
  override readonly name: string = 'ChronosError';
  readonly status: number;
  /** Stable; what each operation can answer is in the API's documentation. */
  readonly code: ErrorCode | 'UNKNOWN';
  readonly details: unknown;
  readonly param: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  /** The answer as it came. */
  readonly body: unknown;

  constructor(facts: ErrorFacts) {
    super(facts.message);
    this.status = facts.status;
    this.code = facts.code as ErrorCode;
    this.details = facts.details;
    this.param = facts.param;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
    this.body = facts.body;
  }
}

/** No answer came: connection refused, cut or timed out. `cause` is what fetch threw. */
export class ChronosConnectionError extends Error {
  override readonly name = 'ChronosConnectionError';
}

/** A call needs credentials that the client was not given. */
export class MissingCredentialsError extends Error {
  override readonly name = 'MissingCredentialsError';
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads the error envelope of whichever plane answered. */
export function errorOf(response: Response, body: unknown): ChronosError {
  const outer = isObject(body) ? body : {};
  const inner = isObject(outer['error']) ? outer['error'] : outer;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const requestId = response.headers.get('x-request-id') ?? text(outer['requestId']);
  const param = text(inner['param']);
  return new ChronosError({
    status: response.status,
    code: text(inner['code']) ?? 'UNKNOWN',
    message: text(inner['message']) ?? `The server answered ${response.status}`,
    details: inner['details'],
    body,
    ...(param === undefined ? {} : { param }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
  });
}
