import type { JobHandler, JobsLog } from '../queue.ts';

/** Rows that are worth nothing once they have expired. */
export type Expiring = { deleteExpired(at: Date, limit: number): Promise<number> };

const atOnce = 1000;

/** Removes what has expired from each of the named stores, hourly. */
export function cleanUpExpired(
  stores: Readonly<Record<string, Expiring>>,
  clock: { now(): Date },
  log: JobsLog,
): JobHandler {
  return {
    name: 'clean-up-expired',
    cron: '37 * * * *',
    async run() {
      for (const [name, store] of Object.entries(stores)) {
        let removed = 0;
        for (let gone = atOnce; gone === atOnce; removed += gone)
          gone = await store.deleteExpired(clock.now(), atOnce);
        if (removed > 0) log.info({ removed, of: name }, 'expired rows removed');
      }
    },
  };
}
