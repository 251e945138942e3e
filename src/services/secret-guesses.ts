import { createHash } from 'node:crypto';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { networkOf } from '#src/core/ip-list.ts';
import type { LogInAttemptRepository } from '#src/core/ports/users.ts';

/** Wrong secrets of one window before the next attempt has to wait for its end. */
const allowed = {
  /** From one network (IPv4, IPv6 /64), whatever the client. */
  network: 50,
  /** From one network for one client. */
  pair: 10,
  /** The same once the client was guessed at `besieged` times, from wherever. */
  pairOfBesieged: 3,
  besieged: 100,
} as const;
const windowMs = 5 * 60_000;

/** What slows those who guess at clients' secrets. */
export type SecretGuesses = {
  /**
   * Refuses a network that has guessed too often, before its secret is looked at. A network is only ever judged by what
   * it sent itself, so nobody locks a client out from elsewhere. @throws rate_limited
   */
  admit(clientId: string, from: string): Promise<void>;
  /** Counts a wrong secret. */
  count(clientId: string, from: string): Promise<void>;
};

type Ports = { store: { logInAttempts: LogInAttemptRepository }; clock: Clock };

/** Only failures count: an app may take as many tokens at once as its limits let it. */
export function createSecretGuesses({ store, clock }: Ports): SecretGuesses {
  return {
    async admit(clientId, from) {
      const keys = keysOf(clientId, from);
      const now = clock.now();
      const known = await store.logInAttempts.read(Object.values(keys), now);
      const countOf = (key: string) => known.get(key)?.count ?? 0;
      const pair = countOf(keys.client) >= allowed.besieged ? allowed.pairOfBesieged : allowed.pair;
      const over = [
        ...(countOf(keys.network) >= allowed.network ? [keys.network] : []),
        ...(countOf(keys.pair) >= pair ? [keys.pair] : []),
      ];
      if (over.length === 0) return;
      const until = new Date(Math.max(...over.map((key) => known.get(key)!.until.getTime())));
      throw fail('rate_limited', {
        message: 'Too many attempts with wrong credentials',
        retryAfter: (until.getTime() - now.getTime()) / 1000,
        details: { resetAt: until.toISOString() },
      });
    },
    async count(clientId, from) {
      const now = clock.now();
      for (const key of Object.values(keysOf(clientId, from)))
        await store.logInAttempts.count(key, now, windowMs);
    },
  };
}

/** Of unknown clients as of known ones: what is slowed must not tell which exist. */
function keysOf(clientId: string, from: string) {
  const network = networkOf(from);
  const hashed = (...of: string[]) =>
    createHash('sha256')
      .update(JSON.stringify(['client secret', ...of]))
      .digest('hex');
  return {
    network: hashed('from', network),
    client: hashed('of', clientId),
    pair: hashed('of', clientId, 'from', network),
  };
}
