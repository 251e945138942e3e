import type { SQL } from 'drizzle-orm';
import type { Db } from './handle.ts';

/** Runs raw SQL and returns its rows, whichever driver is below. */
export async function rows<T extends Record<string, unknown>>(db: Db, query: SQL): Promise<T[]> {
  const result: unknown = await db.execute(query);
  return (Array.isArray(result) ? [...result] : (result as { rows: unknown[] }).rows) as T[];
}

/** JSON text with bigint as decimal strings and Date as ISO 8601. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
}

/** Builds a prepared statement at its first use only: a store bound to a transaction uses few of them. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
