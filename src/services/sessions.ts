import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import { newId } from '#src/core/ids.ts';
import type { Session, SessionMethod, SessionRepository } from '#src/core/ports/sessions.ts';
import type { User } from '#src/core/ports/users.ts';

export type SessionsOptions = {
  store: { sessions: SessionRepository };
  clock: Clock;
};

export type SessionOrigin = { method: SessionMethod; ip: string; userAgent: string | null };

/** Dashboard sessions, each a family of refresh tokens. */
export type Sessions = {
  open(userId: number, origin: SessionOrigin): Promise<Session>;
  /** The next refresh token. A token that was used before ends the session: somebody copied it. @throws invalid_token */
  rotate(id: string, jti: string): Promise<{ session: Session; user: User }>;
  /** A live session with its user, as of at most half a second ago. @throws invalid_token */
  find(id: string): Promise<{ session: Session; user: User }>;
  /** Live ones, newest first. */
  list(userId: number): Promise<Session[]>;
  /** Answers when no replica takes its tokens any more. @throws not_found */
  revoke(userId: number, id: string): Promise<void>;
};

/** A refresh token's life; each new one begins it again. */
const sessionMs = 7 * 24 * 3_600_000;
const longestAgent = 256;

export function createSessions({ store, clock }: SessionsOptions): Sessions {
  const fresh = createFresh((id) => store.sessions.findWithUser(id));
  const newToken = () => newId('rt', 32);
  const expiry = () => new Date(clock.now().getTime() + sessionMs);
  return {
    open: (userId, { userAgent, ...origin }) =>
      store.sessions.insert(
        {
          id: newId('ses'),
          userId,
          jti: newToken(),
          ...origin,
          userAgent: userAgent?.slice(0, longestAgent) ?? null,
          expiresAt: expiry(),
        },
        clock.now(),
      ),
    async rotate(id, jti) {
      const token = { from: jti, to: newToken(), expiresAt: expiry() };
      const rotated = await store.sessions.rotate(id, token, clock.now());
      const found = await store.sessions.findWithUser(id);
      if (rotated && found) return found;
      if (found) {
        await store.sessions.revoke(found.user.id, id, clock.now());
        await fresh.forget(id);
      }
      throw fail('invalid_token', { message: 'The refresh token was used before or its session has ended' });
    },
    async find(id) {
      const found = await fresh.get(id);
      if (!found || found.session.revokedAt || found.session.expiresAt <= clock.now()) {
        throw fail('invalid_token', { message: 'The session has ended' });
      }
      return found;
    },
    list: (userId) => store.sessions.list(userId, clock.now()),
    async revoke(userId, id) {
      if (!(await store.sessions.revoke(userId, id, clock.now()))) {
        throw fail('not_found', { resource: 'session' });
      }
      await fresh.forget(id);
    },
  };
}
