import { type PlatformCode, platformErrors, typeOfStatus } from '#schemas/platform/errors.ts';
import { AddressString, AmountString, PositiveAmountString } from '#schemas/kit/scalars.ts';
import type { AppError, ErrorKind } from '#src/core/errors.ts';
import type { Rendered } from '#src/http/plane.ts';

/** What each kind is called on this plane; not_found and validation have finer words. */
const codes = {
  missing_credentials: 'unauthorized',
  invalid_token: 'unauthorized',
  token_expired: 'token_expired',
  principal_revoked: 'unauthorized',
  invalid_credentials: 'invalid_credentials',
  account_locked: 'account_locked',
  key_expired: 'key_expired',
  secret_key_required: 'secret_key_required',
  missing_user_id: 'missing_field',
  insufficient_scope: 'forbidden',
  forbidden: 'forbidden',
  origin_not_allowed: 'forbidden',
  ip_not_allowed: 'ip_not_allowed',
  sponsorship_denied: 'forbidden',
  validation: 'validation_error',
  unsupported_network: 'invalid_network',
  malformed_payload: 'validation_error',
  not_found: 'not_found',
  route_not_found: 'not_found',
  method_not_allowed: 'method_not_allowed',
  payload_too_large: 'payload_too_large',
  unsupported_media_type: 'unsupported_media_type',
  conflict: 'conflict',
  idempotency_conflict: 'idempotency_conflict',
  receipt_already_minted: 'conflict',
  claim_already_executed: 'conflict',
  claim_locked: 'conflict',
  claim_not_locked: 'conflict',
  claim_already_released: 'conflict',
  last_admin: 'last_admin',
  insufficient_balance: 'insufficient_balance',
  rate_limited: 'rate_limited',
  user_operation_failed: 'blockchain_error',
  verification_unavailable: 'blockchain_error',
  settlement_unavailable: 'blockchain_error',
  chain_unavailable: 'service_unavailable',
  unavailable: 'service_unavailable',
  internal: 'internal_error',
} as const satisfies Record<ErrorKind, PlatformCode>;

/** Rules of the schemas that have a code of their own. */
const rules: Readonly<Record<string, PlatformCode>> = {
  required: 'missing_field',
  [String(AddressString()['pattern'])]: 'invalid_address',
  [String(AmountString()['pattern'])]: 'invalid_amount',
  [String(PositiveAmountString()['pattern'])]: 'invalid_amount',
};

function codeOf({ kind, facts }: AppError): PlatformCode {
  if (kind === 'validation') return rules[facts.rule ?? ''] ?? 'validation_error';
  const named = kind === 'not_found' ? `${facts.resource}_not_found` : '';
  return named in platformErrors ? (named as PlatformCode) : codes[kind];
}

/** `{ error: { type, code, message, param?, status, request_id, required_scope? } }`. */
export function renderPlatformError(error: AppError, { requestId }: { requestId: string }): Rendered {
  const code = codeOf(error);
  const { status, message } = platformErrors[code];
  const { message: said, field, details } = error.facts;
  const scope = details?.['requiredScope'];
  const body = {
    type: typeOfStatus(status),
    code,
    message: said ?? message,
    ...(field === undefined ? {} : { param: field }),
    status,
    request_id: requestId,
    ...(typeof scope === 'string' ? { required_scope: scope } : {}),
  };
  return { status, body: { error: body } };
}
