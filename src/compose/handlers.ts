import type { Log } from '#src/http/logging.ts';
import { cleanUpExpired } from '#src/jobs/handlers/clean-up-expired.ts';
import type { JobHandler } from '#src/jobs/queue.ts';
import type { EventParts } from './events.ts';
import type { Kernel } from './kernel.ts';

/** The jobs beside those of the journal. */
export function composeHandlers(
  { store, clock }: Kernel,
  events: Pick<EventParts, 'handlers'>,
  log: Log,
): readonly JobHandler[] {
  const { revokedTokens, refreshSessions, sessions, logInAttempts } = store;
  const expiring = { revokedTokens, refreshSessions, sessions, logInAttempts };
  return [...events.handlers, cleanUpExpired(expiring, clock, log)];
}
