/** Every way a request can fail, independent of the plane that will word it. */
export const errorKinds = [
  'missing_credentials',
  'invalid_token',
  'token_expired',
  'principal_revoked',
  'invalid_credentials',
  'account_locked',
  'key_expired',
  'secret_key_required',
  'missing_user_id',
  'insufficient_scope',
  'forbidden',
  'origin_not_allowed',
  'ip_not_allowed',
  'validation',
  'unsupported_network',
  'malformed_payload',
  'not_found',
  'route_not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'conflict',
  'idempotency_conflict',
  'receipt_already_minted',
  'claim_already_executed',
  'claim_locked',
  'claim_not_locked',
  'claim_already_released',
  'insufficient_balance',
  'last_admin',
  'sponsorship_denied',
  'rate_limited',
  'user_operation_failed',
  'verification_unavailable',
  'settlement_unavailable',
  'chain_unavailable',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** What may be said in public about an error; everything else belongs to `cause`. */
export type ErrorFacts = {
  /** Public text; the plane's own wording is used when absent. */
  message?: string;
  /** The field that is wrong, dotted (`client.name`) when nested. */
  field?: string;
  /** The rule of the schema that was broken: its keyword, or the pattern itself. For the plane's choice of words. */
  rule?: string;
  /** Kind of thing that was not found or is in conflict: `receipt`, `wallet`, … */
  resource?: string;
  /** Public, JSON-safe extra facts (never secrets, never RPC text). */
  details?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry can succeed. */
  retryAfter?: number;
  /** Methods the path does answer (405). */
  allow?: readonly string[];
  /** Stays in the log. */
  cause?: unknown;
};

/** A fault or refusal with a kind; planes render it, `cause` only reaches the log. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly facts: ErrorFacts;

  constructor(kind: ErrorKind, facts: ErrorFacts = {}) {
    super(facts.message ?? kind, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.facts = facts;
  }
}

/** Shorthand: `throw fail('not_found', { resource: 'receipt' })`. */
export function fail(kind: ErrorKind, facts: ErrorFacts = {}): AppError {
  return new AppError(kind, facts);
}

/** True when `error` is an AppError of one of the kinds. */
export function isKind(error: unknown, ...kinds: ErrorKind[]): error is AppError {
  return error instanceof AppError && kinds.includes(error.kind);
}
