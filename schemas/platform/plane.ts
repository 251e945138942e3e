import type { Operation } from '../kit/operation.ts';
import type { PlaneDefinition } from '../kit/plane.ts';
import { type PlatformCode, PlatformError, platformErrors, typeOfStatus } from './errors.ts';

/** Every scope of a key; the names of groups that are still to come are accepted, too. */
export const platformScopes = [
  'tokens:read',
  'tokens:write',
  'wallets:read',
  'wallets:write',
  'transactions:read',
  'transactions:write',
  'nfts:read',
  'nfts:write',
  'identities:read',
  'identities:write',
  'compliance:read',
  'compliance:write',
  'governance:read',
  'governance:write',
  'roles:read',
  'roles:write',
  'vesting:read',
  'vesting:write',
  'vaults:read',
  'vaults:write',
  'webhooks:read',
  'webhooks:write',
  'events:read',
  'gas_estimates:read',
  'batch:write',
  'networks:read',
] as const;

/** True for what a publishable key can't do, whatever it was granted; it may read all that its scopes let it. */
export function isWrite({ method, scope }: Pick<Operation, 'method' | 'scope'>): boolean {
  return method !== 'GET' && (scope?.endsWith(':write') ?? false);
}

const codes = Object.fromEntries(
  Object.entries(platformErrors).map(([code, { status }]) => [code, status]),
) as Record<PlatformCode, number>;

const bearer = (description: string, bearerFormat: string) => ({
  type: 'http',
  scheme: 'bearer',
  bearerFormat,
  description,
});

/** The platform's contract: tokens, wallets and what belongs to them, for servers and dashboards. */
export const platformPlane: PlaneDefinition = {
  name: 'platform',
  title: 'Platform',
  description: 'Issues and runs tokens: keys for servers, sessions for dashboards.',
  tags: {
    Accounts: 'People: registration, sessions, their own data',
    'Sign-in': 'Wallets (EIP-4361), passkeys (WebAuthn), new passwords',
    'API keys': 'Keys of servers and apps; managed by people, never by keys',
    Networks: 'Chains that a key reaches',
    Wallets: 'Smart accounts and plain keys of a tenant: made, read, and what they sign',
    Events: 'What happened: 30 days back, and as it happens',
    Webhooks: 'Endpoints that are told of events',
    Tokens: 'Contracts that your treasury account deploys and owns',
    'Token moves': 'What accounts do with tokens, without gas',
    'Token reads': 'What the chain says of holders and approvals',
    Roles: 'Who may do what on a token',
    NFTs: 'Items of ERC721, SBT and ERC1155 tokens with their metadata',
    Batch: 'Many operations in one request',
    'Gas estimates': 'What an operation would cost, and whether it would go through',
    Transactions: 'Every write on a chain, from the request to its confirmation',
  },
  prefixes: ['/v1', '/auth'],
  errorBody: PlatformError,
  codes,
  errorExample: (code) => {
    const { status, message } = platformErrors[code as PlatformCode];
    return {
      error: {
        type: typeOfStatus(status),
        code,
        message,
        status,
        request_id: 'req_5f0c4d2e9b7a41c38d6e0f1a2b3c4d5e',
      },
    };
  },
  auth: {
    none: { security: {}, errors: [] },
    key: {
      security: { PlatformKey: bearer('API key: `sk_test_…`, `sk_live_…`, `pk_test_…`, `pk_live_…`', 'key') },
      errors: ['unauthorized', 'key_expired', 'ip_not_allowed'],
    },
    user: {
      security: { PlatformUser: bearer('Access token of a session', 'JWT') },
      errors: ['unauthorized', 'token_expired'],
    },
  },
  added: {
    always: ['internal_error', 'service_unavailable'],
    limited: ['rate_limited'],
    scoped: ['forbidden'],
    input: ['validation_error', 'missing_field'],
    body: ['payload_too_large', 'unsupported_media_type'],
  },
  addedFor: (op) => (isWrite(op) ? ['secret_key_required'] : []),
  bodyLimit: 64 * 1024,
};
