import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Sql } from 'postgres';
import { isConnectionLoss } from './errors.ts';
import { openPool } from './postgres-pool.ts';
import { type Database, type DatabaseOptions, migrationsFolder } from './handle.ts';

/** Any constant: all replicas must ask for the same one. */
const migrationLock = 7_240_511;

/** Opens a postgres.js pool; connects at the first statement and again by itself after a loss. */
export function openPostgres(url: string, options: DatabaseOptions): Omit<Database, 'ping'> {
  const pool = openPool(url, { ...quiet, max: options.poolSize ?? 10, connect_timeout: 10 });
  // Listens again by itself, soon: the driver's own pause grows to 20 s. Its one connection is opened by the first of them.
  const listener = postgres(url, { ...quiet, max: 1, connect_timeout: 2, backoff: () => 0.1 });
  const db = drizzle(preparing(pool.current));
  return {
    db: db,
    kind: 'postgres',
    migrate: () => migrateLocked(url),
    async close() {
      await Promise.all([pool.end(), listener.end({ timeout: 5 })]);
    },
    async notify(channel, payload) {
      await pool.current().notify(channel, payload);
    },
    async listen(channel, onMessage, onListen) {
      const { unlisten } = await listener.listen(channel, onMessage, onListen);
      return async () => {
        await unlisten().catch((error: unknown) => {
          // It went with its connection, and the driver has forgotten it before it said so.
          if (!isConnectionLoss(error)) throw error;
        });
      };
    },
    async executeSql(text, values = []) {
      const rows = await pool.current().unsafe(text, values as never[]);
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
function preparing(current: () => Sql, life: Life = { lost: null }): Sql {
  return new Proxy(current(), {
    get(_first, key) {
      const object = current();
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
          const opened = open(...args, (sql: Sql) =>
            unlessLost(
              body,
              preparing(() => sql, inner),
              inner,
            ),
          );
          return key === 'begin' ? told(opened, inner) : opened;
        };
      }
      return value;
    },
  });
}

/** How long `begin` may take to be told of a loss that its body has met. */
const toldMs = 1_000;

/**
 * Does not settle on a lost connection: `begin` itself is told of the loss, and sends no rollback for it. If it is not, the
 * connection is there (a full disk, a loss elsewhere), and is rolled back.
 */
async function unlessLost(body: Body, sql: Sql, life: Life): Promise<unknown> {
  try {
    return await body(sql);
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    return new Promise((_resolve, reject) => {
      setTimeout(() => life.lost || reject(error as Error), toldMs);
    });
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
