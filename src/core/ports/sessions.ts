import type { User } from './users.ts';

/** How a person proved who they are. */
export type SessionMethod = 'password' | 'siwe' | 'passkey';

/** A dashboard session: a family of refresh tokens of which one works at a time. */
export type Session = {
  id: string;
  userId: number;
  /** Id of the refresh token that works. */
  jti: string;
  method: SessionMethod;
  /** Where it was opened. */
  ip: string;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
};

export type NewSession = Pick<Session, 'id' | 'userId' | 'jti' | 'method' | 'ip' | 'userAgent' | 'expiresAt'>;

export type SessionRepository = {
  insert(session: NewSession, at: Date): Promise<Session>;
  /** With its user; null when either is gone. Ended sessions are found, too. */
  findWithUser(id: string): Promise<{ session: Session; user: User } | null>;
  /** Live ones, newest first. */
  list(userId: number, at: Date): Promise<Session[]>;
  /** Replaces the refresh token `from`; false when it is not the one that works any more. */
  rotate(id: string, token: { from: string; to: string; expiresAt: Date }, at: Date): Promise<boolean>;
  /** False when there is none to end. */
  revoke(userId: number, id: string, at: Date): Promise<boolean>;
  /** All of a user, but the one that is kept. */
  revokeAll(userId: number, at: Date, kept?: string): Promise<void>;
  /** At most `limit`; returns how many there were. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};
