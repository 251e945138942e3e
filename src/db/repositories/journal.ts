import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { JournalRepository, Lease } from '#src/core/journal-store.ts';
import type { Submission } from '#src/core/journal.ts';
import type { OwnedEvent } from '#src/core/ports/events.ts';
import { fence } from '../fence.ts';
import type { Db } from '../handle.ts';
import { lazy, rows, toJson } from '../statement.ts';
import { events, submissionLegs, submissions, transactions } from '../tables/journal.ts';
import { applyChanges } from './journal-apply.ts';
import { laneRepository } from './lanes.ts';
import { toJournalTransaction } from './transactions.ts';

/** The journal engine's statements; every write is fenced by the lane's lease in the same statement. */
export function journalRepository(db: Db): JournalRepository {
  const queued = lazy(() =>
    db
      .select()
      .from(transactions)
      .where(and(eq(transactions.lane, sql.placeholder('lane')), sql`${transactions.status} = 'pending'`))
      .orderBy(asc(transactions.seq))
      .limit(sql.placeholder('limit'))
      .prepare('journal_queued'),
  );
  return {
    ...laneRepository(db),
    async listQueued(lane, limit) {
      return (await queued().execute({ lane, limit })).map(toJournalTransaction);
    },
    listOpen: (lane) => listOpen(db, lane),
    insertSubmission: (lease, submission, events) => insertSubmission(db, lease, submission, events),
    insertReplacement: (lease, submission, events) => insertReplacement(db, lease, submission, events),
    apply: (lease, changes) => applyChanges(db, lease, changes),
  };
}

async function listOpen(db: Db, lane: string): Promise<Submission[]> {
  const found = await db
    .select({
      ...getTableColumns(submissions),
      legs: sql<string[]>`(select json_agg(l.transaction_id order by l.position)
        from ${submissionLegs} l where l.submission_id = ${submissions}.id)`,
    })
    .from(submissions)
    .where(
      sql`(${submissions.network}, ${submissions.sender}, ${submissions.nonce}) in (
        select o.network, o.sender, o.nonce from ${submissions} o
        where o.lane = ${lane} and o.state in ('signed', 'sent', 'included', 'settled'))`,
    )
    .orderBy(asc(submissions.nonce), asc(submissions.createdAt));
  return found.map(({ replaces, ...row }) => ({ ...row, ...(replaces === null ? {} : { replaces }) }));
}

const columns = sql.raw(
  'id, lane, network, kind, hash, raw, sender, nonce, valid_until, replaces, max_fee_per_gas, max_priority_fee_per_gas, state, epoch, created_at',
);

/** The row as a select list, so that it can depend on the fence. */
function values(s: Submission) {
  return sql`${s.id}::text, ${s.lane}::text, ${s.network}::text, ${s.kind}::text, ${bytes(s.hash)}, ${s.raw}::text,
    ${s.sender}::text, ${s.nonce.toString()}::numeric, ${s.validUntil}::bigint, ${bytes(s.replaces ?? null)},
    ${s.maxFeePerGas.toString()}::numeric, ${s.maxPriorityFeePerGas.toString()}::numeric, ${s.state}::text,
    ${s.epoch}::integer, ${s.createdAt.toISOString()}::timestamptz`;
}

function bytes(hex: string | null) {
  return sql`decode(substr(${hex}::text, 3), 'hex')`;
}

function hashColumn(kind: Submission['kind']) {
  return sql.raw(kind === 'user_operation' ? 'user_op_hash' : 'tx_hash');
}

const legsOf = (s: Submission) =>
  sql`jsonb_array_elements_text(${toJson(s.legs)}::jsonb) with ordinality as x(id, n)`;

/** The events of a submission, if it is written. */
const tellOf = (s: Submission, told: readonly OwnedEvent[]) =>
  sql`ev as (insert into ${events} (id, owner, type, data, created_at)
    select x.id, x.owner, x.type, x.data, ${s.createdAt.toISOString()}::timestamptz from ins,
    jsonb_to_recordset(${toJson(told)}::jsonb) as x(id text, owner text, type text, data jsonb))`;

async function insertSubmission(db: Db, lease: Lease, s: Submission, told: readonly OwnedEvent[]) {
  const [result] = await rows<{ fenced: number; written: number }>(
    db,
    sql`with ${fence(lease)},
      claimed as (select t.id from ${transactions} t, fence where t.status = 'pending' and t.lane = ${s.lane}
        and t.id in (select x.id from ${legsOf(s)}) for update of t),
      ok as (select 1 from fence where (select count(*) from claimed) = ${s.legs.length}::integer),
      ins as (insert into ${submissions} (${columns}) select ${values(s)} from ok returning id),
      legs as (insert into ${submissionLegs} (submission_id, position, transaction_id)
        select ins.id, x.n - 1, x.id from ins, ${legsOf(s)}),
      upd as (update ${transactions} t set status = 'submitted', ${hashColumn(s.kind)} = ${bytes(s.hash)},
        updated_at = ${s.createdAt.toISOString()}::timestamptz from ok where t.id in (select id from claimed)),
      ${tellOf(s, told)}
      select (select count(*)::integer from fence) as fenced, (select count(*)::integer from ins) as written`,
  );
  if (result?.fenced !== 1) return 'lease_lost';
  return result.written === 1 ? 'written' : 'legs_changed';
}

async function insertReplacement(db: Db, lease: Lease, s: Submission, told: readonly OwnedEvent[]) {
  const [result] = await rows<{ written: number }>(
    db,
    sql`with ${fence(lease)},
      ins as (insert into ${submissions} (${columns}) select ${values(s)} from fence returning id),
      legs as (insert into ${submissionLegs} (submission_id, position, transaction_id)
        select ins.id, x.n - 1, x.id from ins, ${legsOf(s)}),
      upd as (update ${transactions} t set ${hashColumn(s.kind)} = ${bytes(s.hash)},
        updated_at = ${s.createdAt.toISOString()}::timestamptz from ins
        where t.status = 'submitted' and t.id in (select x.id from ${legsOf(s)})),
      ${tellOf(s, told)}
      select (select count(*)::integer from ins) as written`,
  );
  return result?.written === 1 ? 'written' : 'lease_lost';
}
