import { Type } from '@sinclair/typebox';
import { model, strictObject } from '../kit/model.ts';
import type { PlaneDefinition } from '../kit/plane.ts';

/** Error body of seed 002: always three strings. */
export const FacilitatorError = model(
  'FacilitatorError',
  strictObject({
    code: Type.String({ description: 'Stable code' }),
    message: Type.String({ description: 'For people' }),
    details: Type.String({ description: 'What exactly was wrong; empty when there is nothing to add' }),
  }),
);

/** Every code of the plane, its status and how it is worded when an error brings no words of its own. */
export const facilitatorErrors = {
  INVALID_REQUEST: { status: 400, message: 'Invalid request format' },
  INVALID_PAYLOAD: { status: 400, message: 'The payment payload could not be decoded' },
  UNAUTHORIZED: { status: 401, message: 'Missing or invalid credentials' },
  FORBIDDEN: { status: 403, message: 'Not allowed' },
  NOT_FOUND: { status: 404, message: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'Method not allowed' },
  CONFLICT: { status: 409, message: 'Conflict' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'The request body must be application/json' },
  RATE_LIMITED: { status: 429, message: 'Too many requests' },
  INTERNAL_ERROR: { status: 500, message: 'Unexpected server error' },
  VERIFICATION_FAILED: { status: 500, message: 'Payment verification failed' },
  SETTLEMENT_FAILED: { status: 500, message: 'Payment settlement failed' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'Temporarily unavailable' },
} as const;

export type FacilitatorCode = keyof typeof facilitatorErrors;

const codes = Object.fromEntries(
  Object.entries(facilitatorErrors).map(([code, { status }]) => [code, status]),
) as Record<FacilitatorCode, number>;

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });
const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });

/** The facilitator's contract: x402 payments for merchants; it also answers for every path nobody owns. */
export const facilitatorPlane: PlaneDefinition = {
  name: 'facilitator',
  title: 'Facilitator',
  description: 'Verifies and settles x402 payments for merchants (versions 1 and 2).',
  tags: {
    System: 'Whether the service is alive, and what it stands on',
    Networks: 'Where payments can be settled',
    Assets: 'Tokens that payments can be made in',
    Payments: 'x402 itself: verify, then settle exactly once',
    Accounts: 'People who manage client keys',
    Clients: 'Keys of merchants for the payment endpoints',
    Settlements: "A merchant's own payments and their outcomes",
    Resources: 'What merchants offer for payment',
    Discovery: 'What can be bought, for everybody to find (x402 Bazaar)',
    Metrics: 'Figures over time',
    Admin: 'Users and assets, for operators',
  },
  prefixes: ['/health', '/admin', '/api/v1'],
  fallback: true,
  errorBody: FacilitatorError,
  codes,
  errorExample: (code) => ({
    code,
    message: facilitatorErrors[code as FacilitatorCode].message,
    details: '',
  }),
  auth: {
    none: { security: {}, errors: [] },
    client: {
      security: {
        FacilitatorClientId: header('X-Client-ID', 'Client ID from POST /api/v1/clients'),
        FacilitatorClientToken: header('X-Client-Token', 'Client token from POST /api/v1/clients'),
      },
      errors: ['UNAUTHORIZED'],
    },
    user: {
      security: { FacilitatorUser: { ...bearer('Access token from login or refresh'), bearerFormat: 'JWT' } },
      errors: ['UNAUTHORIZED'],
    },
    admin: { security: { FacilitatorAdmin: bearer('The static admin token') }, errors: ['UNAUTHORIZED'] },
  },
  added: {
    always: ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'],
    limited: ['RATE_LIMITED'],
    scoped: ['FORBIDDEN'],
    input: ['INVALID_REQUEST'],
    body: ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
  },
  bodyLimit: 64 * 1024,
};
