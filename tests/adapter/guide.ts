/** The examples of the API guide, as they are printed there. */
export const steps = [
  {
    request: `curl -X POST /api/v1/auth/register \\
  -H "X-Admin-Key: your_admin_master_key" \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "My App Production",
    "scopes": ["wallet", "mint", "transfer", "claim"],
    "tier": "enterprise"
  }'`,
    response: `{
  "success": true,
  "client": {
    "clientId": "client_abc123def456",
    "clientSecret": "sk_live_xxxxxxxxxx",
    "name": "My App Production",
    "scopes": ["wallet", "mint", "transfer", "claim"],
    "tier": "enterprise"
  }
}`,
  },
  {
    request: `curl -X POST /api/v1/auth/token \\
  -H "Content-Type: application/json" \\
  -d '{
    "clientId": "client_abc123def456",
    "clientSecret": "sk_live_xxxxxxxxxx"
  }'`,
    response: `{
  "success": true,
  "accessToken": "eyJhbGciOiJIUzI1NiIs...",
  "tokenType": "Bearer",
  "expiresIn": 3600,
  "scope": "wallet mint transfer claim"
}`,
  },
  {
    request: `curl -X POST /api/v1/wallet/create \\
  -H "Authorization: Bearer eyJhbGciOiJIUzI1NiIs..." \\
  -H "X-User-Id: user_12345" \\
  -H "Content-Type: application/json"`,
    response: `{
  "success": true,
  "wallet": {
    "address": "0x1234567890abcdef...",
    "type": "smart_account"
  }
}`,
  },
] as const;

/** What the guide writes for something that differs each time, and what such a thing looks like. */
export const placeholders: Readonly<Record<string, RegExp>> = {
  client_abc123def456: /^client_[0-9a-z]+$/,
  sk_live_xxxxxxxxxx: /^sk_live_[0-9A-Za-z]+$/,
  'eyJhbGciOiJIUzI1NiIs...': /^eyJhbGciOiJIUzI1NiIs[\w-]*\.[\w-]+\.[\w-]+$/,
  '0x1234567890abcdef...': /^0x[0-9a-fA-F]{40}$/,
};

/** Claims of the token; null = any value. */
export const claims: Readonly<Record<string, string | null>> = {
  sub: null,
  iss: 'chronos-adapter',
  aud: 'blockchain-api',
  iat: null,
  exp: null,
  jti: null,
  scopes: null,
  tier: null,
};

export const scopes = ['wallet', 'mint', 'transfer', 'claim', 'external'];

/** Requests a minute. */
export const limits = `Starter
100
Standard
500
Enterprise
2000`;

export const errors = `401 MISSING_AUTH Authorization header not provided
401 INVALID_TOKEN JWT signature invalid or malformed
401 TOKEN_EXPIRED JWT has expired, refresh required
401 CLIENT_REVOKED API client has been deactivated
401 INVALID_CREDENTIALS Wrong clientId or clientSecret
400 MISSING_USER_ID X-User-Id header not provided
403 INSUFFICIENT_SCOPE Token lacks required permission
409 RECEIPT_ALREADY_MINTED Receipt ID already used for minting
429 RATE_LIMIT_EXCEEDED Too many requests, slow down
500 USER_OPERATION_FAILED Blockchain transaction failed`;

export const variables = [
  'JWT_SECRET',
  'ADMIN_MASTER_KEY',
  'CDP_API_KEY_ID',
  'CDP_API_KEY_SECRET',
  'CDP_WALLET_SECRET',
  'CDP_PAYMASTER_URL',
];
