import type { Journal } from '#src/services/journal.ts';
import type { JobHandler, JobsLog } from '../queue.ts';

/** Removes expired idempotency keys, hourly. */
export function cleanUp(journal: Pick<Journal, 'cleanUp'>, log: JobsLog): JobHandler {
  return {
    name: 'clean-up',
    cron: '17 * * * *',
    async run() {
      const removed = await journal.cleanUp();
      if (removed > 0) log.info({ removed }, 'expired idempotency keys removed');
    },
  };
}
