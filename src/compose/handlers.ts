import type { Log } from '#src/http/logging.ts';
import { cleanUpExpired, type Expiring } from '#src/jobs/handlers/clean-up-expired.ts';
import type { JobHandler } from '#src/jobs/queue.ts';
import type { EventParts } from './events.ts';
import type { Kernel } from './kernel.ts';

/** The jobs beside those of the journal. */
export function composeHandlers(
  { store, clock, config }: Pick<Kernel, 'store' | 'clock' | 'config'>,
  events: Pick<EventParts, 'handlers'>,
  log: Log,
): readonly JobHandler[] {
  const days = config.env.AUDIT_RETENTION_DAYS;
  const { revokedTokens, refreshSessions, sessions, logInAttempts } = store;
  const expiring = {
    revokedTokens,
    refreshSessions,
    sessions,
    logInAttempts,
    audit: aged(store.audit, days),
  };
  return [...events.handlers, cleanUpExpired(expiring, clock, log)];
}

const dayMs = 86_400_000;

/** Rows that expire by their age. */
const aged = ({ deleteExpired }: Expiring, days: number): Expiring => ({
  deleteExpired: (at, limit) => deleteExpired(new Date(at.getTime() - days * dayMs), limit),
});
