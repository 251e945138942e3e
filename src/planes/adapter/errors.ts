import { type AdapterCode, adapterErrors } from '#schemas/adapter/plane.ts';
import type { AppError, ErrorKind } from '#src/core/errors.ts';
import type { Rendered } from '#src/http/plane.ts';

/** The plane's code for every kind. */
const codeOf = {
  missing_credentials: 'MISSING_AUTH',
  invalid_token: 'INVALID_TOKEN',
  token_expired: 'TOKEN_EXPIRED',
  principal_revoked: 'CLIENT_REVOKED',
  invalid_credentials: 'INVALID_CREDENTIALS',
  account_locked: 'INVALID_CREDENTIALS',
  key_expired: 'CLIENT_REVOKED',
  secret_key_required: 'INSUFFICIENT_SCOPE',
  missing_user_id: 'MISSING_USER_ID',
  insufficient_scope: 'INSUFFICIENT_SCOPE',
  forbidden: 'INSUFFICIENT_SCOPE',
  origin_not_allowed: 'ORIGIN_NOT_ALLOWED',
  ip_not_allowed: 'IP_NOT_ALLOWED',
  validation: 'VALIDATION_ERROR',
  unsupported_network: 'VALIDATION_ERROR',
  malformed_payload: 'VALIDATION_ERROR',
  not_found: 'NOT_FOUND',
  route_not_found: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_ALLOWED',
  payload_too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_media_type: 'UNSUPPORTED_MEDIA_TYPE',
  conflict: 'IDEMPOTENCY_CONFLICT',
  idempotency_conflict: 'IDEMPOTENCY_CONFLICT',
  receipt_already_minted: 'RECEIPT_ALREADY_MINTED',
  claim_already_executed: 'CLAIM_ALREADY_EXECUTED',
  claim_locked: 'CLAIM_LOCKED',
  claim_not_locked: 'CLAIM_NOT_LOCKED',
  claim_already_released: 'CLAIM_ALREADY_RELEASED',
  last_admin: 'IDEMPOTENCY_CONFLICT',
  insufficient_balance: 'INSUFFICIENT_BALANCE',
  sponsorship_denied: 'SPONSORSHIP_DENIED',
  rate_limited: 'RATE_LIMIT_EXCEEDED',
  user_operation_failed: 'USER_OPERATION_FAILED',
  verification_unavailable: 'SERVICE_UNAVAILABLE',
  settlement_unavailable: 'SERVICE_UNAVAILABLE',
  chain_unavailable: 'CHAIN_UNAVAILABLE',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_ERROR',
} satisfies Record<ErrorKind, AdapterCode>;

function wordOf({ kind, facts }: AppError): AdapterCode {
  const own = kind === 'not_found' ? `${facts.resource?.toUpperCase()}_NOT_FOUND` : '';
  return own in adapterErrors ? (own as AdapterCode) : codeOf[kind];
}

/** Words an error in the adapter's envelope. */
export function renderError(error: AppError, { requestId }: { requestId: string }): Rendered {
  const code = wordOf(error);
  const { status, message } = adapterErrors[code];
  const { field, details, message: own } = error.facts;
  const facts = { ...(field === undefined ? {} : { field }), ...details };
  // Nobody foresaw an internal error, so nobody checked what its facts would tell.
  const shown = error.kind !== 'internal' && Object.keys(facts).length > 0 ? { details: facts } : {};
  const text = error.kind === 'internal' ? message : (own ?? message);
  return { status, body: { success: false, error: { code, message: text, ...shown }, requestId } };
}
