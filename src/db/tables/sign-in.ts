import { bigint, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Address } from '#src/core/hex.ts';
import type { ChallengePurpose } from '#src/core/ports/sign-in.ts';
import { hex, instant } from '../columns.ts';
import { users } from './facilitator.ts';

/** Random values that are answered once. */
export const challenges = pgTable(
  'challenges',
  {
    value: text('value').primaryKey(),
    purpose: text('purpose').$type<ChallengePurpose>().notNull(),
    userId: integer('user_id').references(() => users.id),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [index('challenges_expiry').on(t.expiresAt)],
);

/** WebAuthn credentials. */
export const passkeys = pgTable(
  'passkeys',
  {
    id: text('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    credentialId: text('credential_id').notNull(),
    publicKey: hex('public_key').notNull(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: text('transports').array().notNull(),
    name: text('name').notNull(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (t) => [uniqueIndex('passkeys_credential').on(t.credentialId), index('passkeys_user').on(t.userId)],
);

/** Addresses that sign in for a person, lower-case. */
export const signInWallets = pgTable(
  'sign_in_wallets',
  {
    address: text('address').$type<Address>().primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('sign_in_wallets_user').on(t.userId)],
);

/** One a person, by the hash of the token that was mailed. */
export const passwordResets = pgTable(
  'password_resets',
  {
    userId: integer('user_id')
      .primaryKey()
      .references(() => users.id),
    tokenHash: text('token_hash').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('password_resets_token').on(t.tokenHash),
    index('password_resets_expiry').on(t.expiresAt),
  ],
);
