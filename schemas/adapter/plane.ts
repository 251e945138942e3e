import { Type } from '@sinclair/typebox';
import { model, strictObject } from '../kit/model.ts';
import type { PlaneDefinition } from '../kit/plane.ts';

export const AdapterError = model(
  'AdapterError',
  strictObject({
    success: Type.Literal(false),
    error: strictObject({
      code: Type.String({ description: 'Stable code' }),
      message: Type.String({ description: 'For people' }),
      details: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), { description: 'Facts to act on, by code' }),
      ),
    }),
    requestId: Type.String({ description: 'Same as X-Request-Id' }),
  }),
);

/** Every code of the plane, its status and its words when an error brings none of its own. */
export const adapterErrors = {
  MISSING_AUTH: { status: 401, message: 'Authorization header not provided' },
  INVALID_TOKEN: { status: 401, message: 'JWT signature invalid or malformed' },
  TOKEN_EXPIRED: { status: 401, message: 'JWT has expired, refresh required' },
  CLIENT_REVOKED: { status: 401, message: 'API client has been deactivated' },
  INVALID_CREDENTIALS: { status: 401, message: 'Wrong clientId or clientSecret' },
  MISSING_USER_ID: { status: 400, message: 'X-User-Id header not provided' },
  VALIDATION_ERROR: { status: 400, message: 'The request is invalid' },
  INSUFFICIENT_SCOPE: { status: 403, message: 'Token lacks required permission' },
  ORIGIN_NOT_ALLOWED: { status: 403, message: 'This origin is not allowed for the client' },
  IP_NOT_ALLOWED: { status: 403, message: 'This address is not allowed for the client' },
  SPONSORSHIP_DENIED: { status: 403, message: 'The sponsorship policy of the client does not cover this' },
  NOT_FOUND: { status: 404, message: 'Not found' },
  CLIENT_NOT_FOUND: { status: 404, message: 'No such client' },
  WALLET_NOT_FOUND: { status: 404, message: 'This user has no wallet yet' },
  RECEIPT_NOT_FOUND: { status: 404, message: 'This receipt has not been signed' },
  CLAIM_NOT_FOUND: { status: 404, message: 'No such claim' },
  TRANSACTION_NOT_FOUND: { status: 404, message: 'No such transaction' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Method not allowed' },
  RECEIPT_ALREADY_MINTED: { status: 409, message: 'Receipt ID already used for minting' },
  CLAIM_ALREADY_EXECUTED: { status: 409, message: 'Claim ID already used for a payout' },
  CLAIM_NOT_LOCKED: { status: 409, message: 'The claim has no payout that waits to be released' },
  CLAIM_ALREADY_RELEASED: { status: 409, message: 'The payout of this claim was released before' },
  IDEMPOTENCY_CONFLICT: { status: 409, message: 'The key was used for another request' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'The request body must be application/json' },
  CLAIM_LOCKED: { status: 422, message: 'The payout is locked until its time' },
  INSUFFICIENT_BALANCE: { status: 422, message: 'The balance does not cover the amount' },
  RATE_LIMIT_EXCEEDED: { status: 429, message: 'Too many requests, slow down' },
  USER_OPERATION_FAILED: { status: 500, message: 'Blockchain transaction failed' },
  INTERNAL_ERROR: { status: 500, message: 'Unexpected server error' },
  CHAIN_UNAVAILABLE: { status: 503, message: 'The blockchain can not be reached, try again' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'Temporarily unavailable, try again' },
} as const;

export type AdapterCode = keyof typeof adapterErrors;

const codes = Object.fromEntries(
  Object.entries(adapterErrors).map(([code, { status }]) => [code, status]),
) as Record<AdapterCode, number>;

/** The adapter's contract: gasless smart-account wallets for the users of apps. */
export const adapterPlane: PlaneDefinition = {
  name: 'adapter',
  title: 'Adapter',
  description: "Gasless wallets for an app's users: smart accounts, mints, transfers, claims.",
  tags: {
    Authentication: 'Credentials of apps, and the tokens they are exchanged for',
    Clients: 'What an operator sets on apps',
    Wallets: 'One smart account for each user of an app, its balances and transfers; users never pay gas',
    Mints: 'A receipt is signed for once, then minted once',
    External: 'What a page in a browser may call, from the origins of its client',
    Claims: 'Payouts from the treasury of the client, each claim once, at once or locked until a time',
    Transactions: 'What became of a write',
    Documentation: 'This part of the contract, for tools',
  },
  prefixes: [
    '/api/v1/auth',
    '/api/v1/wallet',
    '/api/v1/mint',
    '/api/v1/claims',
    '/api/v1/external',
    '/api/v1/transactions',
    '/api/v1/openapi',
  ],
  errorBody: AdapterError,
  codes,
  errorExample: (code) => ({
    success: false,
    error: { code, message: adapterErrors[code as AdapterCode].message },
    requestId: 'req_5f0c4d2e9b7a41c38d6e0f1a2b3c4d5e',
  }),
  auth: {
    none: { security: {}, errors: [] },
    admin: {
      security: {
        AdapterAdmin: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Admin-Key',
          description: 'Master admin key for client management',
        },
      },
      errors: ['MISSING_AUTH', 'INVALID_CREDENTIALS'],
    },
    client: {
      security: {
        AdapterClient: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token from POST /api/v1/auth/token',
        },
      },
      errors: ['MISSING_AUTH', 'INVALID_TOKEN', 'TOKEN_EXPIRED', 'CLIENT_REVOKED', 'IP_NOT_ALLOWED'],
    },
  },
  added: {
    always: ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
    limited: ['RATE_LIMIT_EXCEEDED'],
    scoped: ['INSUFFICIENT_SCOPE'],
    input: ['VALIDATION_ERROR'],
    body: ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
  },
  bodyLimit: 64 * 1024,
};
