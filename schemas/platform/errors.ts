import { Type } from '@sinclair/typebox';
import { model, strictObject } from '../kit/model.ts';
import { Words } from '../kit/scalars.ts';

const errorTypes = [
  'invalid_request_error',
  'authentication_error',
  'authorization_error',
  'rate_limit_error',
  'api_error',
] as const;

export type ErrorType = (typeof errorTypes)[number];

/** The family of errors that a status belongs to. */
export function typeOfStatus(status: number): ErrorType {
  if (status === 401 || status === 423) return 'authentication_error';
  if (status === 403) return 'authorization_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

export const PlatformError = model(
  'PlatformError',
  strictObject({
    error: strictObject({
      type: Words(errorTypes, 'What family of errors it is of'),
      code: Type.String({ description: 'Stable code' }),
      message: Type.String({ description: 'For people' }),
      param: Type.Optional(Type.String({ description: 'The field that is wrong, dotted when nested' })),
      status: Type.Integer({ description: 'The HTTP status' }),
      request_id: Type.String({ description: 'Same as X-Request-Id' }),
      required_scope: Type.Optional(Type.String({ description: 'The scope that the key lacks' })),
    }),
  }),
);

/** Every code of the plane, its status and its words when an error brings none of its own. */
export const platformErrors = {
  unauthorized: { status: 401, message: 'Missing or invalid API key / JWT' },
  token_expired: { status: 401, message: 'JWT access token has expired' },
  invalid_credentials: { status: 401, message: 'Wrong email or password' },
  forbidden: { status: 403, message: 'Not allowed' },
  secret_key_required: { status: 403, message: 'Publishable keys only read; this needs a secret key' },
  key_expired: { status: 403, message: 'API key past expires_at' },
  ip_not_allowed: { status: 403, message: 'Request IP not in allowed_ips' },
  account_locked: { status: 423, message: 'Too many attempts, the account is locked for a while' },
  validation_error: { status: 400, message: 'The request is invalid' },
  missing_field: { status: 400, message: 'A required field is missing' },
  invalid_address: { status: 400, message: 'Not an EVM address' },
  invalid_amount: { status: 400, message: 'Not an amount in atomic units' },
  invalid_network: { status: 400, message: 'The key does not reach this network' },
  not_found: { status: 404, message: 'Not found' },
  api_key_not_found: { status: 404, message: 'No such API key' },
  passkey_not_found: { status: 404, message: 'No such passkey' },
  session_not_found: { status: 404, message: 'No such session' },
  wallet_not_found: { status: 404, message: 'No such wallet' },
  event_not_found: { status: 404, message: 'No such event' },
  webhook_endpoint_not_found: { status: 404, message: 'No such webhook endpoint' },
  webhook_delivery_not_found: { status: 404, message: 'No such webhook delivery' },
  token_not_found: { status: 404, message: 'No such token' },
  nft_not_found: { status: 404, message: 'No such NFT' },
  batch_not_found: { status: 404, message: 'No such batch' },
  transaction_not_found: { status: 404, message: 'No such transaction' },
  network_not_found: { status: 404, message: 'No such network' },
  method_not_allowed: { status: 405, message: 'Method not allowed' },
  conflict: { status: 409, message: 'It conflicts with what is there' },
  idempotency_conflict: { status: 409, message: 'The idempotency key was used for another request' },
  last_admin: { status: 409, message: 'The last admin cannot be removed' },
  payload_too_large: { status: 413, message: 'The request body is too large' },
  unsupported_media_type: { status: 415, message: 'The request body must be application/json' },
  insufficient_balance: { status: 422, message: 'The balance does not cover the amount' },
  rate_limited: { status: 429, message: 'Too many requests' },
  internal_error: { status: 500, message: 'Unexpected server error' },
  blockchain_error: { status: 502, message: 'The blockchain refused the operation' },
  service_unavailable: { status: 503, message: 'Temporarily unavailable, try again' },
} as const;

export type PlatformCode = keyof typeof platformErrors;
