import { Type, type Static } from '@sinclair/typebox';
import { secret } from './network-schema.ts';

const keyHex = '0x[0-9a-fA-F]{64}';

/** Environment that the process reads, one entry a variable; README's table is checked against it. */
export const envSchema = Type.Object({
  NODE_ENV: Type.String({ default: 'development', description: '`production` refuses development defaults' }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; 0 picks a free one',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Base URL that callers see; contracts name it for ever as the place of metadata kept here',
    }),
  ),
  DATA_DIR: Type.String({
    default: '.chronos',
    description: 'Embedded database, local chain and development secrets',
  }),
  DATABASE_URL: Type.Optional(
    secret(
      Type.String({ pattern: '^postgres(ql)?://', description: 'PostgreSQL; without it an embedded PGlite' }),
    ),
  ),
  DASHBOARD_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^/,]+(,https?://[^/,]+)*$',
      description:
        'Origins where people sign in with wallets and passkeys, and whose pages may call the platform for accounts and keys, comma-separated, the first names the site; default: PUBLIC_URL, else localhost and PORT',
    }),
  ),
  PAGE_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^(\\*|https?://[^/,]+(,https?://[^/,]+)*)$',
      description:
        'Further origins whose pages may read from the platform with publishable keys, comma-separated, or `*`; default: none',
    }),
  ),
  SMTP_URL: Type.Optional(
    secret(
      Type.String({
        pattern: '^smtps?://',
        description: 'Mail server, with credentials; without it letters are printed, in production lost',
      }),
    ),
  ),
  MAIL_FROM: Type.String({ default: 'Chronos <no-reply@localhost>', description: 'Sender of letters' }),
  PASSWORD_RESET_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Page that takes `?token=` of a letter' }),
  ),
  SHUTDOWN_DELAY_MS: Type.Integer({
    default: 500,
    minimum: 0,
    maximum: 60_000,
    description:
      'How long it still serves after SIGTERM while `/ready` says no, ms; longer than the balancer takes to notice',
  }),
  REDIS_URL: Type.Optional(
    secret(
      Type.String({
        pattern: '^rediss?://',
        description: 'Shared rate limits; without it each process counts alone',
      }),
    ),
  ),
  JWT_SECRET: Type.Optional(
    secret(Type.String({ minLength: 64, description: 'Signs all tokens, at least 64 characters' })),
  ),
  JWT_SECRET_PREVIOUS: Type.Optional(
    secret(Type.String({ minLength: 64, description: 'Still verifies tokens during a rotation' })),
  ),
  ADMIN_MASTER_KEY: Type.Optional(
    secret(
      Type.String({ minLength: 32, description: '`X-Admin-Key` of the adapter, at least 32 characters' }),
    ),
  ),
  ADMIN_TOKEN: Type.Optional(
    secret(
      Type.String({
        minLength: 32,
        description: 'Admin bearer token of the facilitator; default: ADMIN_MASTER_KEY',
      }),
    ),
  ),
  CLIENT_TOKEN_SECRET: Type.Optional(
    secret(
      Type.String({
        minLength: 32,
        description: 'Signs merchant client tokens; default: derived from JWT_SECRET',
      }),
    ),
  ),
  SECRET_PEPPER: Type.Optional(
    secret(
      Type.String({
        minLength: 32,
        description:
          'Keys the hashes of client secrets and API keys, seals webhook secrets; set it to the old JWT_SECRET before rotating that; default: JWT_SECRET',
      }),
    ),
  ),
  KEY_ENCRYPTION_KEYS: Type.Optional(
    secret(
      Type.String({
        pattern: '^[A-Za-z0-9_-]+:[A-Za-z0-9+/=_-]{43,44}(,[A-Za-z0-9_-]+:[A-Za-z0-9+/=_-]{43,44})*$',
        description: 'Wraps wallet keys: `id:base64 of 32 bytes,…`, the first is current',
      }),
    ),
  ),
  KEY_PROVIDER: Type.Union([Type.Literal('local'), Type.Literal('cdp')], {
    default: 'local',
    description: 'Where wallet keys live: `local` or `cdp`',
  }),
  CDP_API_KEY_ID: Type.Optional(Type.String({ description: 'Coinbase CDP API key id' })),
  CDP_API_KEY_SECRET: Type.Optional(secret(Type.String({ description: 'Coinbase CDP API key secret' }))),
  CDP_WALLET_SECRET: Type.Optional(secret(Type.String({ description: 'Coinbase CDP wallet secret' }))),
  CDP_PAYMASTER_URL: Type.Optional(
    secret(Type.String({ pattern: '^https?://', description: 'Coinbase CDP bundler and paymaster in one' })),
  ),
  CDP_BASE_PATH: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'CDP API base, for a proxy or a double' }),
  ),
  CDP_NETWORK: Type.String({ default: 'base-sepolia', description: 'Network that CDP_PAYMASTER_URL serves' }),
  MINT_SIGNER_PRIVATE_KEY: Type.Optional(
    secret(Type.String({ pattern: `^${keyHex}$`, description: 'Signs mint vouchers' })),
  ),
  FACILITATOR_PRIVATE_KEYS: Type.Optional(
    secret(
      Type.String({
        pattern: `^${keyHex}(,${keyHex})*$`,
        description: 'Pool of settlement signers, comma-separated',
      }),
    ),
  ),
  DEFAULT_NETWORK: Type.String({
    default: 'base-sepolia',
    description: 'Network used when a request names none',
  }),
  LOCALNET_RPC_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'Local chain, default 8545 or the next free one',
    }),
  ),
  LOCALNET_BUNDLER_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'Local bundler, default 4337 or the next free one',
    }),
  ),
  OPERATION_PATIENCE_MS: Type.Integer({
    default: 600_000,
    minimum: 0,
    description:
      'How long a write waits for a paymaster or bundler that refuses it for now, ms; then it fails and says why',
  }),
  SETTLE_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    maximum: 85_000,
    description: 'Longest that a settle call waits for its block, ms',
  }),
  SETTLE_IN_FLIGHT: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 12,
    description: 'Settlement transactions in flight per signer',
  }),
  SETTLE_BATCH: Type.Integer({
    default: 150,
    minimum: 1,
    maximum: 150,
    description: 'Payments that may share a settlement transaction; 1 sends each alone',
  }),
  SETTLE_BUMP_AFTER_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    description: 'Age at which a stuck settlement transaction is replaced with higher fees, ms',
  }),
  BUILDER_CODE: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9_]{1,32}$',
      description: 'ERC-8021 code of this facilitator, appended to its settlements; default: none',
    }),
  ),
  EIP6492_FACTORIES: Type.Optional(
    Type.String({
      pattern: '^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40})*$',
      description:
        'Wallet factories that a settlement may call to deploy a payer, comma-separated; default: none',
    }),
  ),
  WEBHOOKS_ALLOW_LOOPBACK: Type.Union([Type.Literal('0'), Type.Literal('1')], {
    default: '0',
    description: '`1` lets webhooks go to this machine, and without TLS (development)',
  }),
  AUDIT_RETENTION_DAYS: Type.Integer({
    default: 400,
    minimum: 30,
    maximum: 36_500,
    description: 'Days that entries of the audit trail are kept; the database keeps 30 whatever is set',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'Where traces go (OTLP/HTTP); other `OTEL_*` variables work as the SDK has them; default: no traces',
    }),
  ),
  OTEL_SERVICE_NAME: Type.String({ default: 'chronos', description: 'Name of this service in traces' }),
  ROLE: Type.Union([Type.Literal('all'), Type.Literal('api'), Type.Literal('worker')], {
    default: 'all',
    description: '`api` serves requests, `worker` runs jobs and lanes, `all` does both',
  }),
  TRUST_PROXY: Type.String({
    default: 'false',
    description: '`true`, `false` or the addresses (CIDR, comma-separated) of proxies to believe',
  }),
  LOG_LEVEL: Type.Optional(
    Type.Union(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
      { description: 'fatal … trace or silent; default `info` in production, else `warn`' },
    ),
  ),
});

export type Env = Static<typeof envSchema>;
