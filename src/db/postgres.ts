import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Sql } from 'postgres';
import { isConnectionLoss } from './errors.ts';
import { type Database, type DatabaseOptions, migrationsFolder } from './handle.ts';

/** Any constant: all replicas must ask for the same one. */
const migrationLock = 7_240_511;

/** Opens a postgres.js pool; connects at the first statement and again by itself after a loss. */
export function openPostgres(url: string, options: DatabaseOptions): Omit<Database, 'ping'> {
  const client = postgres(url, { ...quiet, max: options.poolSize ?? 10, connect_timeout: 10 });
  const db = drizzle(preparing(client));
  return {
    db: db,
    kind: 'postgres',
    migrate: () => migrateLocked(url),
    close: () => client.end({ timeout: 5 }),
    async notify(channel, payload) {
      await client.notify(channel, payload);
    },
    async listen(channel, onMessage, onListen) {
      const { unlisten } = await client.listen(channel, onMessage, onListen);
      return unlisten;
    },
    async executeSql(text, values = []) {
      const rows = await client.unsafe(text, values as never[]);
      return { rows: [...rows] };
    },
  };
}

// Without `fetch_types` no statement of the driver's own runs at connect: one whose rejection nobody could catch.
const quiet = { onnotice: () => {}, fetch_types: false, connection: { application_name: 'chronos' } };

/** Two replicas that start together must not migrate together; a connection of its own keeps the lock. */
async function migrateLocked(url: string): Promise<void> {
  const client = postgres(url, { ...quiet, max: 1, connect_timeout: 10 });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await migrate(drizzle(client), { migrationsFolder });
  } finally {
    await client.end({ timeout: 5 });
  }
}

type Life = { lost: Error | null };
type Body = (inner: object) => unknown;

/**
 * Drizzle sends raw `sql` unprepared (two round trips); our statement texts are few, so prepare them all. And the driver
 * sends what follows a loss, its own rollback too, into a socket that is gone, which ends the process: nothing may
 * follow it.
 */
function preparing(client: Sql, life: Life = { lost: null }): Sql {
  return new Proxy(client, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key);
      if (key === 'unsafe') {
        const unsafe = value as Sql['unsafe'];
        return (text: string, values?: never[], how?: object) => {
          if (life.lost) throw life.lost;
          return unsafe(text, values, { ...how, prepare: true });
        };
      }
      if (key === 'begin' || key === 'savepoint') {
        const open = value as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => {
          const body = args.pop() as Body;
          const inner: Life = key === 'begin' ? { lost: null } : life;
          const opened = open(...args, (sql: Sql) => unlessLost(body, preparing(sql, inner)));
          return key === 'begin' ? told(opened, inner) : opened;
        };
      }
      return value;
    },
  });
}

/** Never settles on a lost connection: `begin` itself has been told of the loss, and sends no rollback for it. */
async function unlessLost(body: Body, sql: Sql): Promise<unknown> {
  try {
    return await body(sql);
  } catch (error) {
    return isConnectionLoss(error) ? new Promise(() => {}) : Promise.reject(error as Error);
  }
}

/** What a transaction body still sends after its connection was lost is refused. */
async function told(opened: Promise<unknown>, life: Life): Promise<unknown> {
  try {
    return await opened;
  } catch (error) {
    if (isConnectionLoss(error)) life.lost = error as Error;
    throw error;
  }
}
