import { and, asc, eq, gt, isNull, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type {
  ChallengeRepository,
  PasskeyRepository,
  PasswordResetRepository,
  SignInWalletRepository,
} from '#src/core/ports/sign-in.ts';
import type { Db } from '../handle.ts';
import { rows } from '../statement.ts';
import { users } from '../tables/facilitator.ts';
import { challenges, passkeys, passwordResets, signInWallets } from '../tables/sign-in.ts';

const liveUser = (id: PgColumn): SQL => and(eq(users.id, id), isNull(users.deletedAt))!;

async function deleteExpired(
  db: Db,
  table: PgTable,
  column: PgColumn,
  at: Date,
  limit: number,
): Promise<number> {
  const old = sql`select ctid from ${table} where ${column} < ${at.toISOString()}::timestamptz limit ${limit}`;
  return (await rows(db, sql`delete from ${table} where ctid in (${old}) returning 1`)).length;
}

/** Nonces and challenges. */
export function challengeRepository(db: Db): ChallengeRepository {
  const t = challenges;
  return {
    async insert(challenge) {
      await db.insert(t).values(challenge);
    },
    async take(value, purpose, at) {
      const [row] = await db
        .delete(t)
        .where(and(eq(t.value, value), eq(t.purpose, purpose), gt(t.expiresAt, at)))
        .returning({ userId: t.userId });
      return row ?? null;
    },
    deleteExpired: (at, limit) => deleteExpired(db, t, t.expiresAt, at, limit),
  };
}

/** WebAuthn credentials. */
export function passkeyRepository(db: Db): PasskeyRepository {
  const t = passkeys;
  return {
    async insert(passkey, at) {
      const values = { ...passkey, transports: [...passkey.transports], createdAt: at };
      const [row] = await db.insert(t).values(values).onConflictDoNothing().returning();
      return row ?? null;
    },
    async findByCredential(credentialId) {
      const [row] = await db
        .select({ passkey: t, user: users })
        .from(t)
        .innerJoin(users, liveUser(t.userId))
        .where(eq(t.credentialId, credentialId));
      return row ?? null;
    },
    list: (userId) => db.select().from(t).where(eq(t.userId, userId)).orderBy(asc(t.createdAt), asc(t.id)),
    async used(id, counter, at) {
      await db.update(t).set({ counter, lastUsedAt: at }).where(eq(t.id, id));
    },
    async delete(userId, id) {
      const gone = await db
        .delete(t)
        .where(and(eq(t.id, id), eq(t.userId, userId)))
        .returning({ id: t.id });
      return gone.length > 0;
    },
  };
}

/** Addresses that sign in; one of a deleted person may be taken by the next. */
export function signInWalletRepository(db: Db): SignInWalletRepository {
  const t = signInWallets;
  return {
    async findUser(address) {
      const [row] = await db
        .select({ user: users })
        .from(t)
        .innerJoin(users, liveUser(t.userId))
        .where(eq(t.address, address));
      return row ? row.user : null;
    },
    async insert(address, userId, at) {
      const deleted = sql`exists (select 1 from ${users} where ${users.id} = ${t.userId} and ${users.deletedAt} is not null)`;
      const values = { address, userId, createdAt: at };
      const done = await db
        .insert(t)
        .values(values)
        .onConflictDoUpdate({ target: t.address, set: values, setWhere: deleted })
        .returning({ address: t.address });
      return done.length > 0;
    },
  };
}

/** Letters that let a new password be set. */
export function passwordResetRepository(db: Db): PasswordResetRepository {
  const t = passwordResets;
  return {
    async put(reset) {
      await db.insert(t).values(reset).onConflictDoUpdate({ target: t.userId, set: reset });
    },
    async take(tokenHash, at) {
      const [row] = await db
        .delete(t)
        .where(and(eq(t.tokenHash, tokenHash), gt(t.expiresAt, at)))
        .returning({ userId: t.userId });
      return row ?? null;
    },
    deleteExpired: (at, limit) => deleteExpired(db, t, t.expiresAt, at, limit),
  };
}
