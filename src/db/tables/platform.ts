import { bigserial, check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { instant } from '../columns.ts';
import { wallets } from './adapter.ts';
import { users } from './facilitator.ts';
import { tenants } from './tenants.ts';

/** Dashboard sessions; a row is a family of refresh tokens, `jti` the one that works. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    jti: text('jti').notNull(),
    method: text('method').notNull(),
    ip: text('ip').notNull(),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    index('sessions_user')
      .on(t.userId, t.createdAt)
      .where(sql`${t.revokedAt} is null`),
    index('sessions_expiry').on(t.expiresAt),
  ],
);

/** Keys of tenants; what opens them are their secrets. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    name: text('name').notNull(),
    type: text('type').$type<'secret' | 'publishable'>().notNull(),
    environment: text('environment').$type<'test' | 'live'>().notNull(),
    /** Null = all. */
    scopes: jsonb('scopes').$type<string[]>(),
    expiresAt: instant('expires_at'),
    allowedIps: jsonb('allowed_ips').$type<string[]>().notNull(),
    rateLimit: integer('rate_limit'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    check('api_keys_type', sql`${t.type} in ('secret', 'publishable')`),
    check('api_keys_environment', sql`${t.environment} in ('test', 'live')`),
    index('api_keys_tenant').on(t.tenantId, t.seq),
  ],
);

/** Keyed hashes (HMAC-SHA-256 with the server's pepper) of keys' secrets: the current one, and those in grace. */
export const apiKeySecrets = pgTable(
  'api_key_secrets',
  {
    hash: text('hash').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
    hint: text('hint').notNull(),
    createdAt: instant('created_at').notNull(),
    /** Set when it is replaced. */
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (t) => [
    uniqueIndex('api_key_secrets_current')
      .on(t.keyId)
      .where(sql`${t.expiresAt} is null`),
    index('api_key_secrets_key').on(t.keyId),
  ],
);

/** Wallets that tenants made; the account itself is in `wallets`. */
export const tenantWallets = pgTable(
  'tenant_wallets',
  {
    id: text('id')
      .primaryKey()
      .references(() => wallets.id),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    type: text('type').$type<'smart_account' | 'eoa'>().notNull(),
    label: text('label'),
    externalId: text('external_id'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    check('tenant_wallets_type', sql`${t.type} in ('smart_account', 'eoa')`),
    uniqueIndex('tenant_wallets_external_id').on(t.owner, t.externalId),
    index('tenant_wallets_owner').on(t.owner, t.seq),
  ],
);
