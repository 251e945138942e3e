import type { Clock } from '#src/core/clock.ts';
import type { ChallengePurpose, ChallengeRepository } from '#src/core/ports/sign-in.ts';

export type Challenges = {
  /** Keeps a random value until it is answered; says until when. */
  issue(value: string, purpose: ChallengePurpose, userId?: number): Promise<Date>;
  /** Whose challenge was answered; null when there is none that lives, or it was answered before. */
  take(value: string, purpose: ChallengePurpose): Promise<{ userId: number | null } | null>;
};

const lifeMs = 5 * 60_000;
/** Each new challenge removes old ones, a few more than come in. */
const sweep = 10;

export function createChallenges(store: { challenges: ChallengeRepository }, clock: Clock): Challenges {
  return {
    async issue(value, purpose, userId) {
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + lifeMs);
      await store.challenges.deleteExpired(now, sweep);
      await store.challenges.insert({ value, purpose, userId: userId ?? null, expiresAt });
      return expiresAt;
    },
    take: (value, purpose) => store.challenges.take(value, purpose, clock.now()),
  };
}
