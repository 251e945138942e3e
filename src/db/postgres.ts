import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Sql } from 'postgres';
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

/** Drizzle sends raw `sql` unprepared (two round trips); our statement texts are few, so prepare them all. */
function preparing(client: Sql): Sql {
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (key === 'unsafe') {
          const unsafe = value as Sql['unsafe'];
          return (text: string, values?: never[], how?: object) =>
            unsafe(text, values, { ...how, prepare: true });
        }
        if (key === 'begin' || key === 'savepoint') {
          const open = value as (...args: unknown[]) => unknown;
          return (...args: unknown[]) => {
            const body = args.pop() as (inner: object) => unknown;
            return open(...args, (inner: object) => body(wrap(inner)));
          };
        }
        return value;
      },
    });
  return wrap(client);
}
