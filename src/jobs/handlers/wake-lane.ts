import type { Journal } from '#src/services/journal.ts';
import type { JobHandler } from '../queue.ts';

export const wakeLaneQueue = 'wake-lane';

/** Starts a lane that a replica without lanes has written to. */
export function wakeLane(journal: Pick<Journal, 'wake'>): JobHandler {
  return {
    name: wakeLaneQueue,
    retries: 0,
    async run(data) {
      if (typeof data['lane'] === 'string') journal.wake(data['lane']);
    },
  };
}
