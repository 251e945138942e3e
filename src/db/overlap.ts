import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** As many as a row keeps: it is read on requests, and whoever rotates without end must not make it grow without end. */
const kept = 100;

/**
 * The list of older secrets after a rotation: `replaced`, a JSON object, before those of before, without what is over
 * at `at`. Computed from the row itself, so that rotations at the same time lose nothing.
 */
export function olderThan(replaced: SQL, older: AnyPgColumn, at: Date): SQL {
  return sql`coalesce((
    select jsonb_agg(one order by n) from (
      select one, n from jsonb_array_elements(${replaced} || ${older}) with ordinality as replaced(one, n)
      where (one->>'expiresAt')::timestamptz > ${at.toISOString()}::timestamptz order by n limit ${kept}::int
    ) as live), '[]'::jsonb)`;
}

/** What a rotation with no overlap leaves of older secrets: none works on. */
export const noneOlder = sql`'[]'::jsonb`;
