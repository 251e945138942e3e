import { createHash } from 'node:crypto';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import { newId } from '#src/core/ids.ts';
import { networkOf } from '#src/core/ip-list.ts';
import type { SessionRepository } from '#src/core/ports/sessions.ts';
import type {
  LogInAttemptRepository,
  RefreshSession,
  RefreshSessionRepository,
  User,
  UserRepository,
} from '#src/core/ports/users.ts';
import type { Passwords } from './passwords.ts';

type Repositories = {
  users: UserRepository;
  refreshSessions: RefreshSessionRepository;
  logInAttempts: LogInAttemptRepository;
  sessions: Pick<SessionRepository, 'revokeAll'>;
};

export type AccountsOptions = {
  store: Repositories & { transaction<T>(fn: (tx: Repositories) => Promise<T>): Promise<T> };
  passwords: Passwords;
  clock: Clock;
  /** True for passwords that everybody tries first. */
  isCommonPassword(password: string): Promise<boolean>;
};

export type Credentials = { email: string; password: string };
export type NewAccount = Credentials & { isAdmin?: boolean; fullName?: string; companyName?: string };
export type Session = Pick<RefreshSession, 'jti' | 'userId' | 'expiresAt'>;

export type Accounts = {
  /** @throws validation for a weak password · conflict when the address is taken */
  signUp(input: NewAccount): Promise<User>;
  /** Whose password it is; `from` is the caller's IP. Too many attempts lock, whether the account exists or not. @throws invalid_credentials · account_locked · rate_limited for a network */
  identify(input: Credentials, from: string): Promise<User>;
  /** The same, with a session of refresh tokens that stay. @throws as identify */
  logIn(input: Credentials, from: string): Promise<{ user: User; session: Session }>;
  /** The user of a live session. @throws invalid_token */
  refresh(jti: string): Promise<User>;
  logOut(jti: string): Promise<void>;
  /** @throws validation naming `password` when it is too weak to be set */
  checkPassword(password: string): Promise<void>;
  /** A user that is not deleted, as of at most half a second ago. */
  find(id: number): Promise<User | null>;
  list(page: { offset: number; limit: number }): Promise<User[]>;
  /** A new password ends the sessions. @throws not_found, validation, conflict */
  update(id: number, change: UserUpdate): Promise<User>;
  /**
   * A new password, set by who knows the current one; ends all other sessions. A wrong one counts as a log-in does.
   * @throws validation (too weak, or the account has none), invalid_credentials, account_locked, rate_limited
   */
  changePassword(user: User, change: PasswordChange, from: string): Promise<User>;
  /** @throws not_found */
  remove(id: number): Promise<void>;
};

export type UserUpdate = {
  email?: string;
  password?: string;
  isAdmin?: boolean;
  unlock?: boolean;
  /** A dashboard session that outlives a new password. */
  keptSession?: string;
};
export type PasswordChange = { current: string; next: string; keptSession: string };

/** A refresh token's life. */
const sessionMs = 7 * 24 * 3_600_000;
/** Log-ins of one account, and failed ones from one network, in a window before they have to wait for its end. */
const attemptsAllowed = { account: 10, network: 50 } as const;
const attemptWindowMs = 15 * 60_000;
const leastPassword = 10;

const normalise = (email: string): string => email.trim().toLowerCase();
const attemptKey = (email: string): string => createHash('sha256').update(`login ${email}`).digest('hex');
const networkKey = (ip: string): string =>
  createHash('sha256')
    .update(`login from ${networkOf(ip)}`)
    .digest('hex');

/** People's accounts: passwords, sessions, and what slows a guesser. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { store, passwords, clock } = options;
  const fresh = createFresh((id) => store.users.find(Number(id)));
  const change = async (id: number, values: UserUpdate): Promise<User> => {
    const user = await update(options, id, values);
    await fresh.forget(String(id));
    return user;
  };
  return {
    async signUp({ password, isAdmin = false, ...input }) {
      await checkPassword(options, password);
      const email = normalise(input.email);
      const facts = {
        email,
        isAdmin,
        fullName: input.fullName ?? null,
        companyName: input.companyName ?? email,
      };
      const passwordHash = await passwords.hash(password);
      const user = await store.users.insert({ ...facts, passwordHash }, clock.now());
      if (!user) throw emailTaken();
      return user;
    },
    identify: (input, from) => identify(options, input, from),
    async logIn(input, from) {
      const user = await identify(options, input, from);
      const now = clock.now();
      const session: Session = {
        jti: newId('rt', 32),
        userId: user.id,
        expiresAt: new Date(now.getTime() + sessionMs),
      };
      await store.refreshSessions.insert(session, now);
      return { user, session };
    },
    async refresh(jti) {
      const session = await store.refreshSessions.find(jti);
      if (!session || session.revokedAt || session.expiresAt <= clock.now()) throw fail('invalid_token');
      const user = await store.users.find(session.userId);
      if (!user) throw fail('invalid_token');
      return user;
    },
    logOut: (jti) => store.refreshSessions.revoke(jti, clock.now()),
    checkPassword: (password) => checkPassword(options, password),
    find: (id) => fresh.get(String(id)),
    list: (page) => store.users.list(page),
    update: change,
    async changePassword({ id, email }, { current, next, keptSession }, from) {
      if (email === null)
        throw fail('validation', { field: 'password', message: 'password needs an account with an address' });
      await checkPassword(options, next);
      // What it clears is cleared with the change.
      await prove(options, { email, password: current }, from);
      return change(id, { password: next, keptSession });
    },
    async remove(id) {
      await store.transaction(async (tx) => {
        if (!(await tx.users.delete(id, clock.now()))) throw fail('not_found', { resource: 'user' });
        await endSessions(tx, id, clock.now());
      });
      await fresh.forget(String(id));
    },
  };
}

/** Counts before the password is looked at, so that parallel guesses all count. @throws `kind` */
async function countAttempt(
  { store, clock }: AccountsOptions,
  key: string,
  allowed: number,
  kind: 'account_locked' | 'rate_limited',
): Promise<void> {
  const now = clock.now();
  const { count, until } = await store.logInAttempts.count(key, now, attemptWindowMs);
  if (count > allowed) {
    throw fail(kind, {
      message: 'Too many log-in attempts',
      retryAfter: (until.getTime() - now.getTime()) / 1000,
    });
  }
}

async function identify(options: AccountsOptions, input: Credentials, from: string): Promise<User> {
  const user = await prove(options, input, from);
  await options.store.logInAttempts.clear(attemptKey(normalise(input.email)));
  return user;
}

/** The same without forgetting the attempts before it. */
async function prove(options: AccountsOptions, input: Credentials, from: string): Promise<User> {
  const { store, passwords } = options;
  const email = normalise(input.email);
  const [key, network] = [attemptKey(email), networkKey(from)];
  await countAttempt(options, network, attemptsAllowed.network, 'rate_limited');
  await countAttempt(options, key, attemptsAllowed.account, 'account_locked');
  const user = await store.users.findByEmail(email);
  const matches = await passwords.verify(input.password, user?.passwordHash ?? null);
  if (!user || !matches) throw fail('invalid_credentials', { message: 'Invalid email or password' });
  // The guesses before it stay: else one account of one's own would buy any number of them.
  await store.logInAttempts.forgive(network);
  return user;
}

async function update(options: AccountsOptions, id: number, change: UserUpdate): Promise<User> {
  const { store, passwords, clock } = options;
  const { email, password, isAdmin, unlock } = change;
  const before = await store.users.find(id);
  if (!before) throw fail('not_found', { resource: 'user' });
  if (password !== undefined) await checkPassword(options, password);
  const wanted = email === undefined ? undefined : normalise(email);
  if (wanted !== undefined && wanted !== before.email && (await store.users.findByEmail(wanted)))
    throw emailTaken();
  const values = {
    ...(wanted === undefined ? {} : { email: wanted }),
    ...(isAdmin === undefined ? {} : { isAdmin }),
    ...(password === undefined ? {} : { passwordHash: await passwords.hash(password) }),
  };
  return store.transaction(async (tx) => {
    const now = Object.keys(values).length > 0 ? await tx.users.update(id, values) : before;
    if (!now) throw fail('not_found', { resource: 'user' });
    if (password !== undefined) await endSessions(tx, id, clock.now(), change.keptSession);
    const unlocks = unlock === true || password !== undefined;
    if (unlocks && now.email !== null) await tx.logInAttempts.clear(attemptKey(now.email));
    return now;
  });
}

/** Of every plane. */
async function endSessions(
  tx: Pick<Repositories, 'refreshSessions' | 'sessions'>,
  userId: number,
  at: Date,
  kept?: string,
): Promise<void> {
  await tx.refreshSessions.revokeAll(userId, at);
  await tx.sessions.revokeAll(userId, at, kept);
}

async function checkPassword({ isCommonPassword }: AccountsOptions, password: string): Promise<void> {
  const problem =
    password.length < leastPassword
      ? `must have at least ${leastPassword} characters`
      : (await isCommonPassword(password))
        ? 'is one that everybody tries first'
        : null;
  if (problem) throw fail('validation', { field: 'password', message: `password ${problem}` });
}

function emailTaken() {
  return fail('conflict', { resource: 'user', message: 'An account with this email exists already' });
}
