import { and, count, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { newId } from '#src/core/ids.ts';
import type { JournalTransaction, TransactionMatch, TransactionRepository } from '#src/core/journal-store.ts';
import type { Call, NewTransaction, Transaction } from '#src/core/journal.ts';
import type { Db } from '../handle.ts';
import { isWanted, readTogether } from '../read-together.ts';
import { lazy, toJson } from '../statement.ts';
import { events, transactions } from '../tables/journal.ts';
import { claimRetry, listAttempts } from './transaction-attempts.ts';

type Row = typeof transactions.$inferSelect;

/** Intents: written by services, read by planes; the journal engine alone changes them. */
export function transactionRepository(db: Db): TransactionRepository {
  const one = lazy(() =>
    db
      .select()
      .from(transactions)
      .where(isWanted(transactions.owner, transactions.id))
      .prepare('transactions_find'),
  );
  return {
    async insert(transaction, at) {
      const whole = complete(transaction, at);
      await insertAll(db, [whole]);
      return whole;
    },
    async insertMany(list, at) {
      const whole = list.map((transaction) => complete(transaction, at));
      if (whole.length > 0) await insertAll(db, whole);
      return whole;
    },
    find: readTogether(async (wanted) => (await one().execute(wanted)).map(toTransaction)),
    async list(owner, filter) {
      const wanted = [matching(owner, filter)];
      if (filter.after !== undefined) wanted.push(lt(transactions.seq, seqOf(db, owner, filter.after)));
      const found = await db
        .select()
        .from(transactions)
        .where(and(...wanted))
        .orderBy(desc(transactions.seq))
        .limit(filter.limit);
      return found.map(toTransaction);
    },
    async count(owner, filter) {
      const [row] = await db.select({ n: count() }).from(transactions).where(matching(owner, filter));
      return row?.n ?? 0;
    },
    async cancel(id, error, at) {
      const done = await db
        .update(transactions)
        .set({ status: 'failed', error, updatedAt: at })
        .where(and(eq(transactions.id, id), eq(transactions.status, 'pending')))
        .returning({ id: transactions.id });
      return done.length > 0;
    },
    listAttempts: (id) => listAttempts(db, id),
    claimRetry: (owner, id, next) => claimRetry(db, owner, id, next),
    async tell(owner, event, at) {
      await db.insert(events).values({ ...event, owner, createdAt: at });
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      const found = await db
        .select()
        .from(transactions)
        .where(sql`${transactions.id} in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`);
      return found.map(toJournalTransaction);
    },
  };
}

function matching(owner: string, filter: TransactionMatch): SQL | undefined {
  const { userId, types, status, network, tokenId, from } = filter;
  const wanted = [eq(transactions.owner, owner)];
  if (userId !== undefined) wanted.push(eq(transactions.userId, userId));
  if (types !== undefined) wanted.push(inArray(transactions.type, [...types]));
  if (status !== undefined) wanted.push(eq(transactions.status, status));
  if (network !== undefined) wanted.push(eq(transactions.network, network));
  if (tokenId !== undefined) wanted.push(sql`${transactions.meta}->>'tokenId' = ${tokenId}`);
  if (from !== undefined) wanted.push(sql`${transactions.meta}->>'from' = ${from}`);
  return and(...wanted);
}

function seqOf(db: Db, owner: string, id: string): SQL {
  const cursor = db
    .select({ seq: transactions.seq })
    .from(transactions)
    .where(and(eq(transactions.owner, owner), eq(transactions.id, id)));
  return sql`(${cursor})`;
}

/** A fresh intent as a caller sees it; the same values a later read gives. */
function complete(t: NewTransaction, at: Date): Transaction {
  return {
    id: t.id ?? newId('tx'),
    owner: t.owner,
    userId: t.userId ?? null,
    type: t.type,
    network: t.network,
    lane: t.lane,
    calls: t.calls,
    expect: t.expect ?? [],
    meta: t.meta ?? {},
    status: 'pending',
    userOpHash: null,
    txHash: null,
    blockNumber: null,
    blockHash: null,
    gasUsed: null,
    sponsorCost: null,
    error: null,
    createdAt: at,
    updatedAt: at,
  };
}

/** One statement text for any number of rows: prepared once, one round trip. */
async function insertAll(db: Db, list: readonly Transaction[]): Promise<void> {
  const at = list[0]?.createdAt.toISOString();
  await db.execute(
    sql`insert into transactions (id, owner, user_id, type, network, lane, calls, expect, meta, created_at, updated_at)
      select id, owner, "userId", type, network, lane, calls, expect, meta, ${at}::timestamptz, ${at}::timestamptz
      from rows from (jsonb_to_recordset(${toJson(list)}::jsonb) as (id text, owner text, "userId" text, type text,
        network text, lane text, calls jsonb, expect jsonb, meta jsonb)) with ordinality
        as r(id, owner, "userId", type, network, lane, calls, expect, meta, n)
      order by n`,
  );
}

function toTransaction(row: Row): Transaction {
  const { seq: _seq, solo: _solo, requeues: _requeues, calls, ...rest } = row;
  return { ...rest, calls: calls.map((call): Call => ({ ...call, value: BigInt(call.value) })) };
}

/** A row with the journal's own marks. */
export function toJournalTransaction(row: Row): JournalTransaction {
  return { ...toTransaction(row), seq: row.seq, solo: row.solo, requeues: row.requeues };
}
