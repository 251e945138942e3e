import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { networkOf } from '#src/core/ip-list.ts';
import type { Mailer } from '#src/core/ports/mailer.ts';
import type { PasswordResetRepository } from '#src/core/ports/sign-in.ts';
import type { LogInAttemptRepository, User, UserRepository } from '#src/core/ports/users.ts';
import { hashSecret } from '#src/core/secrets.ts';
import type { Accounts } from './accounts.ts';

export type PasswordResetsOptions = {
  store: {
    users: Pick<UserRepository, 'findByEmail'>;
    passwordResets: PasswordResetRepository;
    logInAttempts: LogInAttemptRepository;
  };
  accounts: Pick<Accounts, 'checkPassword' | 'update'>;
  mailer: Mailer;
  clock: Clock;
  /** Key of the tokens' hashes. */
  pepper: Uint8Array;
  /** Page that takes the token, as `?token=`; without it the letter holds the bare token. */
  page: string | undefined;
  onFault(error: unknown): void;
};

export type PasswordResets = {
  /** Mails a token if the address has an account; says the same when not. @throws rate_limited */
  forgot(email: string, from: string): Promise<void>;
  /** Sets the password, ends all sessions, lifts a lock. @throws validation */
  reset(token: string, password: string): Promise<User>;
  /** Resolves once the letters in hand are out. */
  settled(): Promise<void>;
};

const tokenMs = 3_600_000;
/** Letters an hour to one address, and asked for from one network. */
const allowed = { address: 5, network: 30 } as const;

export function createPasswordResets(options: PasswordResetsOptions): PasswordResets {
  const { store, accounts, clock, pepper, onFault } = options;
  const underway = new Set<Promise<void>>();

  const count = async (subject: string, most: number): Promise<void> => {
    const key = createHash('sha256').update(`reset ${subject}`).digest('hex');
    const now = clock.now();
    const { count: asked, until } = await store.logInAttempts.count(key, now, tokenMs);
    if (asked <= most) return;
    const retryAfter = (until.getTime() - now.getTime()) / 1_000;
    throw fail('rate_limited', { message: 'Too many letters were asked for', retryAfter });
  };

  const mail = async (email: string): Promise<void> => {
    const user = await store.users.findByEmail(email);
    if (!user) return;
    const token = randomBytes(32).toString('base64url');
    const now = clock.now();
    await store.passwordResets.deleteExpired(now, 10);
    const expiresAt = new Date(now.getTime() + tokenMs);
    await store.passwordResets.put({ tokenHash: hashSecret(pepper, token), userId: user.id, expiresAt });
    await options.mailer.send({
      to: email,
      subject: 'Set a new password',
      text: letter(options.page, token),
    });
  };

  return {
    async forgot(address, from) {
      const email = address.trim().toLowerCase();
      await count(`from ${networkOf(from)}`, allowed.network);
      await count(email, allowed.address);
      // After the answer: how long it takes would tell whether the address has an account.
      const sending: Promise<void> = mail(email)
        .catch(onFault)
        .finally(() => underway.delete(sending));
      underway.add(sending);
    },
    async reset(token, password) {
      // First: a weak password must not use the token up.
      await accounts.checkPassword(password);
      const found = await store.passwordResets.take(hashSecret(pepper, token), clock.now());
      if (found) return accounts.update(found.userId, { password });
      throw fail('validation', { field: 'token', message: 'token is unknown, expired or was used before' });
    },
    async settled() {
      await Promise.all(underway);
    },
  };
}

function letter(page: string | undefined, token: string): string {
  const way = page ? `Open ${page}?token=${token}` : `Your token: ${token}`;
  return `${way}\n\nIt works once, for an hour. If you did not ask for it, do nothing: your password stays.\n`;
}
