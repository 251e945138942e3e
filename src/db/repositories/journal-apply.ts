import { sql } from 'drizzle-orm';
import type { JournalChanges, Lease, TransactionChange } from '#src/core/journal-store.ts';
import type { Db } from '../handle.ts';
import { fence } from '../fence.ts';
import { rows, toJson } from '../statement.ts';
import { events, submissionLegs, submissions, transactions } from '../tables/journal.ts';

const hexColumn = (name: string) => sql.raw(`decode(substr(x.${name}, 3), 'hex')`);

/** All changes in one statement, so that final states and their events become true together. */
export async function applyChanges(db: Db, lease: Lease, changes: JournalChanges): Promise<string[] | null> {
  const at = sql`${changes.at.toISOString()}::timestamptz`;
  const [result] = await rows<{ fenced: number; ids: string[] }>(
    db,
    sql`with ${fence(lease)},
      x as (${changedTransactions(changes.transactions)}),
      sub as (update ${submissions} s set state = x.state, tx_hash = ${hexColumn('tx_hash')},
        block_number = x.block_number, block_hash = ${hexColumn('block_hash')}, sent_at = coalesce(s.sent_at, x.sent_at)
        from fence, jsonb_to_recordset(${toJson(changes.submissions.map(submissionJson))}::jsonb)
          as x(id text, state text, tx_hash text, block_number bigint, block_hash text, sent_at timestamptz)
        where s.id = x.id),
      leg as (update ${submissionLegs} l set success = x.success
        from fence, jsonb_to_recordset(${toJson(changes.legs)}::jsonb)
          as x("submissionId" text, "transactionId" text, success boolean)
        where l.submission_id = x."submissionId" and l.transaction_id = x."transactionId"),
      upd as (update ${transactions} t set status = x.status, solo = x.solo, requeues = x.requeues,
        user_op_hash = ${hexColumn('user_op_hash')}, tx_hash = ${hexColumn('tx_hash')}, block_number = x.block_number,
        block_hash = ${hexColumn('block_hash')}, gas_used = x.gas_used, sponsor_cost = x.sponsor_cost,
        error = nullif(x.error, 'null'::jsonb), updated_at = ${at}
        from fence, x where t.id = x.id and t.status = x.from_status returning t.id),
      ev as (insert into ${events} (id, owner, type, data, created_at)
        select x.event_id, x.owner, x.event_type, x.event_data, ${at} from x join upd on upd.id = x.id
        where x.event_id is not null order by x.n)
      select (select count(*)::integer from fence) as fenced,
        coalesce((select json_agg(upd.id) from upd), '[]'::json) as ids`,
  );
  return result?.fenced === 1 ? result.ids : null;
}

function changedTransactions(changes: readonly TransactionChange[]) {
  const list = changes.map((c, n) => ({
    n,
    id: c.id,
    owner: c.owner,
    from_status: c.from,
    status: c.status,
    solo: c.solo,
    requeues: c.requeues,
    user_op_hash: c.userOpHash,
    tx_hash: c.txHash,
    block_number: c.blockNumber,
    block_hash: c.blockHash,
    gas_used: c.gasUsed,
    sponsor_cost: c.sponsorCost,
    error: c.error,
    event_id: c.event?.id,
    event_type: c.event?.type,
    event_data: c.event?.data,
  }));
  return sql`select * from jsonb_to_recordset(${toJson(list)}::jsonb) as r(n integer, id text, owner text,
    from_status text, status text, solo boolean, requeues smallint, user_op_hash text, tx_hash text,
    block_number bigint, block_hash text, gas_used numeric, sponsor_cost numeric, error jsonb,
    event_id text, event_type text, event_data jsonb)`;
}

function submissionJson(s: JournalChanges['submissions'][number]) {
  return {
    id: s.id,
    state: s.state,
    sent_at: s.sentAt,
    tx_hash: s.txHash,
    block_number: s.blockNumber,
    block_hash: s.blockHash,
  };
}
