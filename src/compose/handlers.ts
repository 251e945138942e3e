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
  const { revokedTokens, refreshSessions, logInAttempts } = store;
  return [...events.handlers, cleanUpExpired({ revokedTokens, refreshSessions, logInAttempts }, clock, log)];
}
