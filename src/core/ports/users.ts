/** A person's account; `id` is the serial number that seed answers show, `publicId` the `usr_…` of other planes. */
export type User = {
  id: number;
  publicId: string;
  /** `ten_…`: whose keys and resources are theirs. */
  tenantId: string;
  fullName: string | null;
  /** Lower-case; null for those who have only signed in with a wallet. */
  email: string | null;
  /** Null for those who have none. */
  passwordHash: string | null;
  isAdmin: boolean;
  createdAt: Date;
  deletedAt: Date | null;
};

export type NewUser = Pick<User, 'email' | 'passwordHash' | 'isAdmin' | 'fullName'> & {
  /** Name of the tenant that is made with it. */
  companyName: string;
};

export type UserChange = Partial<Pick<User, 'email' | 'passwordHash' | 'isAdmin' | 'fullName'>>;

export type UserRepository = {
  /** With a tenant of its own; null when the address is taken. */
  insert(user: NewUser, at: Date): Promise<User | null>;
  /** Not deleted ones only. */
  findByEmail(email: string): Promise<User | null>;
  find(id: number): Promise<User | null>;
  /** Oldest first. */
  list(page: { offset: number; limit: number }): Promise<User[]>;
  update(id: number, change: UserChange): Promise<User | null>;
  delete(id: number, at: Date): Promise<boolean>;
};

/** A refresh token by its id; the token itself is never stored. */
export type RefreshSession = { jti: string; userId: number; expiresAt: Date; revokedAt: Date | null };

export type RefreshSessionRepository = {
  insert(session: Omit<RefreshSession, 'revokedAt'>, at: Date): Promise<void>;
  find(jti: string): Promise<RefreshSession | null>;
  revoke(jti: string, at: Date): Promise<void>;
  revokeAll(userId: number, at: Date): Promise<void>;
  /** Removes sessions that are over, at most `limit`; returns how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};

/** Log-in attempts by hashed address, whether an account has it or not: a lock must not tell. */
export type LogInAttemptRepository = {
  /** Counts one attempt of the window; returns how many there were and when the window ends. */
  count(key: string, at: Date, windowMs: number): Promise<{ count: number; until: Date }>;
  /** Windows that are open at `at`, by key. */
  read(keys: readonly string[], at: Date): Promise<ReadonlyMap<string, { count: number; until: Date }>>;
  /** Takes one attempt back. */
  forgive(key: string): Promise<void>;
  clear(key: string): Promise<void>;
  /** Removes windows that are over, at most `limit`; returns how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};
