import PgBoss from 'pg-boss';

export type JobsLog = Record<'info' | 'warn' | 'error', (facts: object, message: string) => void>;

/** PostgreSQL gets a small pool of session connections of its own; the embedded database is shared. */
export type QueueDatabase =
  | { kind: 'postgres'; url: string }
  | {
      kind: 'pglite';
      executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
    };

/** One kind of job. Runs may be doubled or late: handlers are idempotent. */
export type JobHandler = {
  /** Queue name. */
  name: string;
  /** Five fields, UTC; runs on one replica each time. */
  cron?: string;
  /** Retries of a job that threw (default 3, with back-off). */
  retries?: number;
  run(data: Record<string, unknown>): Promise<void>;
};

export type Queue = {
  /** Makes the schema and the queues and, unless `sendOnly`, works on them. */
  start(handlers: readonly JobHandler[], options?: { sendOnly?: boolean }): Promise<void>;
  /** With `key`, one waiting job a key is enough: further ones are dropped. Rejects when the database is away. */
  send(
    name: string,
    data: Record<string, unknown>,
    options?: { key?: string; delaySeconds?: number },
  ): Promise<void>;
  /** Waits for running jobs, at most `timeoutMs` (default 10 s); the rest is handed back. */
  stop(timeoutMs?: number): Promise<void>;
};

/** pg-boss behind a small port. */
export function createQueue(database: QueueDatabase, log: JobsLog): Queue {
  let boss: PgBoss | undefined;
  return {
    async start(handlers, { sendOnly = false } = {}) {
      const starting = new PgBoss(options(database, sendOnly));
      starting.on('error', (error) => log.warn({ err: error }, 'job queue'));
      await starting.start();
      for (const handler of handlers) await register(starting, handler, sendOnly, log);
      boss = starting;
    },
    async send(name, data, { key, delaySeconds } = {}) {
      if (!boss) throw new Error('the job queue is not running');
      await boss.send(name, data, {
        ...(key === undefined ? {} : { singletonKey: key }),
        ...(delaySeconds === undefined ? {} : { startAfter: delaySeconds }),
      });
    },
    async stop(timeoutMs = 10_000) {
      const stopping = boss;
      boss = undefined;
      if (!stopping) return;
      const stopped = new Promise<void>((resolve) => {
        stopping.on('stopped', () => resolve());
      });
      await stopping.stop({ graceful: true, timeout: timeoutMs });
      await stopped;
    },
  };
}

function options(database: QueueDatabase, sendOnly: boolean): PgBoss.ConstructorOptions {
  const where =
    database.kind === 'postgres'
      ? { connectionString: database.url, max: 2, application_name: 'chronos-jobs' }
      : { db: { executeSql: (text: string, values: unknown[]) => database.executeSql(text, values) } };
  return { ...where, schema: 'jobs', supervise: !sendOnly, schedule: !sendOnly };
}

async function register(boss: PgBoss, handler: JobHandler, sendOnly: boolean, log: JobsLog): Promise<void> {
  const { name, cron, retries = 3 } = handler;
  const retry = { retryLimit: retries, retryDelay: 1, retryBackoff: true };
  await boss.createQueue(name, { name, policy: 'short', ...retry });
  if (sendOnly) return;
  await boss.work<Record<string, unknown>>(
    name,
    { batchSize: 20, pollingIntervalSeconds: 2 },
    async (jobs) => {
      const ends = await Promise.allSettled(jobs.map((job) => handler.run(job.data ?? {})));
      for (const end of ends) {
        if (end.status === 'rejected') log.warn({ err: end.reason as unknown, job: name }, 'job failed');
      }
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    },
  );
  if (cron !== undefined) await boss.schedule(name, cron, {}, { tz: 'UTC' });
}
