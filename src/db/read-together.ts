import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { gather } from '#src/core/gather.ts';

type Named = { owner: string; id: string };

/** Rows that a statement may be asked for. */
const most = 100;

/** True for the rows named in the placeholder `wanted`, which `readTogether` fills. */
export function isWanted(owner: PgColumn, id: PgColumn): SQL {
  return sql`(${owner}, ${id}) in (select owner, id from
    jsonb_to_recordset(${sql.placeholder('wanted')}::jsonb) as wanted(owner text, id text))`;
}

/**
 * Reads an owner's row by its id. What is asked for at a time shares one statement: a round trip to the database costs
 * more than all else of a read.
 */
export function readTogether<R extends Named>(
  read: (given: { wanted: string }) => Promise<readonly R[]>,
): (owner: string, id: string) => Promise<R | null> {
  const one = gather(
    async (wanted: readonly Named[]) => {
      const found = await read({ wanted: JSON.stringify(wanted) });
      const byId = new Map(found.map((row) => [row.id, row]));
      return wanted.map(({ owner, id }) => {
        const row = byId.get(id);
        return row?.owner === owner ? row : null;
      });
    },
    most,
    { inTurn: true },
  );
  return (owner, id) => one({ owner, id });
}
