import { type FacilitatorCode, facilitatorErrors } from '#schemas/facilitator/plane.ts';
import type { AppError, ErrorKind } from '#src/core/errors.ts';
import type { Rendered } from '#src/http/plane.ts';

/** What each kind is called on this plane. */
const codes = {
  missing_credentials: 'UNAUTHORIZED',
  invalid_token: 'UNAUTHORIZED',
  token_expired: 'UNAUTHORIZED',
  principal_revoked: 'UNAUTHORIZED',
  invalid_credentials: 'UNAUTHORIZED',
  key_expired: 'UNAUTHORIZED',
  account_locked: 'RATE_LIMITED',
  secret_key_required: 'FORBIDDEN',
  missing_user_id: 'INVALID_REQUEST',
  insufficient_scope: 'FORBIDDEN',
  forbidden: 'FORBIDDEN',
  origin_not_allowed: 'FORBIDDEN',
  ip_not_allowed: 'FORBIDDEN',
  sponsorship_denied: 'FORBIDDEN',
  validation: 'INVALID_REQUEST',
  unsupported_network: 'INVALID_REQUEST',
  malformed_payload: 'INVALID_PAYLOAD',
  last_admin: 'CONFLICT',
  insufficient_balance: 'INVALID_REQUEST',
  not_found: 'NOT_FOUND',
  route_not_found: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_ALLOWED',
  payload_too_large: 'PAYLOAD_TOO_LARGE',
  unsupported_media_type: 'UNSUPPORTED_MEDIA_TYPE',
  conflict: 'CONFLICT',
  idempotency_conflict: 'CONFLICT',
  receipt_already_minted: 'CONFLICT',
  claim_already_executed: 'CONFLICT',
  claim_locked: 'CONFLICT',
  claim_not_locked: 'CONFLICT',
  claim_already_released: 'CONFLICT',
  rate_limited: 'RATE_LIMITED',
  user_operation_failed: 'INTERNAL_ERROR',
  verification_unavailable: 'VERIFICATION_FAILED',
  settlement_unavailable: 'SETTLEMENT_FAILED',
  chain_unavailable: 'SERVICE_UNAVAILABLE',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_ERROR',
} as const satisfies Record<ErrorKind, FacilitatorCode>;

/** Codes whose message is fixed by the contract: what the error itself says goes to `details`. */
const fixed: ReadonlySet<FacilitatorCode> = new Set([
  'INVALID_REQUEST',
  'INVALID_PAYLOAD',
  'VERIFICATION_FAILED',
  'SETTLEMENT_FAILED',
]);

/** `{ code, message, details }`, three strings. */
export function renderFacilitatorError(error: AppError): Rendered {
  const code: FacilitatorCode = codes[error.kind];
  const { status, message } = facilitatorErrors[code];
  const { message: said, details } = error.facts;
  const more = typeof details?.['reason'] === 'string' ? details['reason'] : '';
  if (fixed.has(code) && error.kind !== 'unsupported_network') {
    return { status, body: { code, message, details: said ?? more } };
  }
  return { status, body: { code, message: said ?? message, details: more } };
}
