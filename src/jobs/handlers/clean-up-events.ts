import type { Publisher } from '#src/services/events/publisher.ts';
import type { JobHandler, JobsLog } from '../queue.ts';

/** Removes what is too old to be read, hourly. */
export function cleanUpEvents(publisher: Pick<Publisher, 'cleanUp'>, log: JobsLog): JobHandler {
  return {
    name: 'clean-up-events',
    cron: '37 * * * *',
    async run() {
      const removed = await publisher.cleanUp();
      if (removed > 0) log.info({ removed }, 'events older than 30 days removed');
    },
  };
}
