import { join } from 'node:path';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** Anything statements can run on: a pool, PGlite or one transaction of either. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The part of a logger the database needs. */
export type DbLog = Record<'info' | 'warn' | 'error', (facts: object, message: string) => void>;

export type Database = {
  db: Db;
  kind: 'postgres' | 'pglite';
  /** Rejects when the database does not answer within `timeoutMs` (default 2000). */
  ping(timeoutMs?: number): Promise<void>;
  /** Applies what is new in `drizzle/`, under an advisory lock. */
  migrate(): Promise<void>;
  close(): Promise<void>;
  /** Sends to every process that listens on `channel`, this one included; payload < 8000 bytes. */
  notify(channel: string, payload: string): Promise<void>;
  /** Resolves to a function that stops listening. `onListen` runs at the start and after each reconnect. */
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    onListen?: () => void,
  ): Promise<() => Promise<void>>;
  /** Several statements or one with parameters, as job queues want them. */
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
};

export type DatabaseOptions = {
  /** PostgreSQL URL; PGlite when absent. */
  url?: string | undefined;
  /** Folder of the embedded database (`<dataDir>/pglite`); `memory://` keeps nothing. */
  dataDir: string;
  log: DbLog;
  /** Connections of the pool (default 10). */
  poolSize?: number;
};

/** Folder of the generated migrations. */
export const migrationsFolder = join(import.meta.dirname, '../../drizzle');
