import { and, desc, eq, getTableColumns, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Hex } from '#src/core/hex.ts';
import type {
  Concluded,
  NewSettlement,
  Settlement,
  SettlementRepository,
} from '#src/core/ports/settlements.ts';
import type { Db } from '../handle.ts';
import { isWanted, readTogether } from '../read-together.ts';
import { lazy, rows, toJson } from '../statement.ts';
import { settlements as t } from '../tables/facilitator.ts';
import { submissionLegs, submissions, transactions } from '../tables/journal.ts';
import { deliveries } from './settlement-deliveries.ts';

type Row = typeof t.$inferSelect;

/** Payments: one row each, for ever. */
export function settlementRepository(db: Db): SettlementRepository {
  return { ...reads(db), ...writes(db) };
}

type Reads = Pick<
  SettlementRepository,
  'find' | 'findById' | 'findByIdentifier' | 'findByKey' | 'view' | 'list'
>;

function reads(db: Db): Reads {
  const byIdentity = lazy(() =>
    db
      .select()
      .from(t)
      .where(
        and(
          eq(t.chainId, sql.placeholder('chainId')),
          eq(t.asset, sql.placeholder('asset')),
          eq(t.payer, sql.placeholder('payer')),
          eq(t.nonce, sql.placeholder('nonce')),
        ),
      )
      .prepare('settlements_find'),
  );
  const first = async (where: SQL | undefined) => {
    const [row] = await db.select().from(t).where(where);
    return row ? toSettlement(row) : null;
  };
  /** A payment on its way shows the hash that its transaction has for now. */
  const joined = (where: SQL | undefined) =>
    db
      .select({ row: t, current: transactions.txHash })
      .from(t)
      .leftJoin(transactions, eq(transactions.id, t.transactionId))
      .where(where);
  const byName = lazy(() => joined(isWanted(t.owner, t.id)).prepare('settlements_view'));
  return {
    async find({ chainId, asset, payer, nonce }) {
      // Placeholders pass by the columns' own codecs.
      const key = { chainId, asset: bytes(asset), payer: bytes(payer), nonce: bytes(nonce) };
      const [row] = await byIdentity().execute(key);
      return row ? toSettlement(row) : null;
    },
    findById: (id) => first(eq(t.id, id)),
    findByIdentifier: (owner, id) => first(and(eq(t.owner, owner), eq(t.paymentIdentifier, id))),
    findByKey: (owner, key) => first(and(eq(t.owner, owner), eq(t.idempotencyKey, key))),
    view: readTogether(async (wanted) => (await byName().execute(wanted)).map(toShown)),
    async list(owner, { after, limit, status }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      const wanted = and(
        eq(t.owner, owner),
        status === undefined ? undefined : eq(t.status, status),
        after === undefined ? undefined : lt(t.seq, sql`(${cursor})`),
      );
      const found = await joined(wanted).orderBy(desc(t.seq)).limit(limit);
      return found.map(toShown);
    },
  };
}

function writes(db: Db): Omit<SettlementRepository, keyof Reads> {
  return {
    async insert(settlement, at) {
      const [row] = await db
        .insert(t)
        .values({ ...settlement, status: 'received', createdAt: at, updatedAt: at })
        .onConflictDoNothing()
        .returning();
      return row ? toSettlement(row) : null;
    },
    insertMany: (settlements, at) => insertMany(db, settlements, at),
    async restart(id, anew, at) {
      const place = { txHash: null, blockNumber: null, gasUsed: null, fee: null, reason: null };
      const times = { deliveredAt: null, settledAt: null, updatedAt: at };
      const unused = and(eq(t.status, 'settled'), eq(t.amount, 0n), isNull(t.txHash));
      const done = await db
        .update(t)
        .set({ ...place, ...times, ...anew, status: 'received' })
        .where(and(eq(t.id, id), or(eq(t.status, 'failed'), unused)))
        .returning({ id: t.id });
      return done.length > 0;
    },
    conclude: (outcomes, at) => conclude(db, outcomes, at),
    adopt: (id, place, at) =>
      db.transaction(async (tx) => {
        const { txHash } = place;
        // Two payments may look for the same transfer at once.
        if (txHash) await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${txHash}))`);
        const done = await tx
          .update(t)
          .set({
            ...place,
            status: 'settled',
            reason: null,
            transactionId: null,
            settledAt: at,
            updatedAt: at,
          })
          .where(
            and(eq(t.id, id), ne(t.status, 'settled'), txHash ? unclaimed(txHash, place.amount) : undefined),
          )
          .returning({ id: t.id });
        return done.length > 0;
      }),
    ...deliveries(db),
  };
}

/** One statement text for any number of rows; in the order of the unique key, so that two of them never lock each other out. */
async function insertMany(
  db: Db,
  settlements: readonly NewSettlement[],
  at: Date,
): Promise<(Settlement | null)[]> {
  const time = at.toISOString();
  const written = await rows<{ id: string }>(
    db,
    sql`insert into settlements (id, owner, client_id, network, chain_id, asset, payer, nonce, pay_to, amount, scheme,
        method, x402_version, resource, offer, proof, status, transaction_id, idempotency_key, payment_identifier,
        fingerprint, created_at, updated_at)
      select id, owner, "clientId", network, "chainId", decode(substr(asset, 3), 'hex'), decode(substr(payer, 3), 'hex'),
        decode(substr(nonce, 3), 'hex'), decode(substr("payTo", 3), 'hex'), amount, scheme, method, "x402Version",
        resource, offer, proof, 'received', "transactionId", "idempotencyKey", "paymentIdentifier", fingerprint,
        ${time}::timestamptz, ${time}::timestamptz
      from jsonb_to_recordset(${toJson(settlements)}::jsonb) as r(id text, owner text, "clientId" text, network text,
        "chainId" bigint, asset text, payer text, nonce text, "payTo" text, amount numeric, scheme text, method text,
        "x402Version" smallint, resource text, offer text, proof text, "transactionId" text, "idempotencyKey" text,
        "paymentIdentifier" text, fingerprint text)
      order by "chainId", asset, payer, nonce
      on conflict do nothing
      returning id`,
  );
  const ids = new Set(written.map(({ id }) => id));
  const place = { txHash: null, blockNumber: null, gasUsed: null, fee: null, reason: null };
  const times = { deliveredAt: null, createdAt: at, updatedAt: at, settledAt: null };
  return settlements.map((one) =>
    ids.has(one.id) ? { ...one, ...place, ...times, status: 'received' } : null,
  );
}

async function conclude(
  db: Db,
  outcomes: Parameters<SettlementRepository['conclude']>[0],
  at: Date,
): Promise<Concluded[]> {
  const told = sql`jsonb_to_recordset(${toJson(outcomes)}::jsonb) as told("transactionId" text, status text,
    "txHash" text, "blockNumber" bigint, "gasUsed" numeric, fee numeric, reason text)`;
  const old = db
    .select({
      id: t.id,
      before: t.status,
      status: sql`told.status`.as('told_status'),
      txHash: sql`decode(substr(told."txHash", 3), 'hex')`.as('told_tx_hash'),
      blockNumber: sql`told."blockNumber"`.as('told_block_number'),
      gasUsed: sql`told."gasUsed"`.as('told_gas_used'),
      fee: sql`told.fee`.as('told_fee'),
      reason: sql`told.reason`.as('told_reason'),
    })
    .from(t)
    .innerJoin(told, sql`told."transactionId" = ${t.transactionId}`)
    .orderBy(t.id)
    .for('update', { of: t })
    .as('old');
  const time = sql`${at.toISOString()}::timestamptz`;
  const found = await db
    .update(t)
    .set({
      status: sql`old.told_status`,
      txHash: sql`old.told_tx_hash`,
      blockNumber: sql`old.told_block_number`,
      gasUsed: sql`old.told_gas_used`,
      fee: sql`old.told_fee`,
      reason: sql`old.told_reason`,
      settledAt: sql`case when old.told_status = 'settled' then ${time} end`,
      updatedAt: at,
    })
    .from(old)
    .where(eq(t.id, old.id))
    .returning({ ...getTableColumns(t), before: old.before });
  return found.map(({ before, ...row }) => ({ settlement: toSettlement(row), before }));
}

const bytes = (hex: string) => Buffer.from(hex.slice(2), 'hex');

/** Of a Permit2 payment: no other one counts the transfer, and no signer of ours sent it for another. */
function unclaimed(txHash: Hex, amount: bigint): SQL | undefined {
  const other = alias(t, 'other');
  return or(
    ne(t.method, 'permit2'),
    and(
      sql`not exists (select 1 from ${t} as other where ${other.id} <> ${t.id} and ${other.txHash} = ${bytes(txHash)}
        and ${other.asset} = ${t.asset} and ${other.payer} = ${t.payer} and ${other.payTo} = ${t.payTo}
        and ${other.amount} = ${amount}::numeric)`,
      sql`not exists (select 1 from ${submissions} where ${submissions.hash} = ${bytes(txHash)} and not exists (
        select 1 from ${submissionLegs} where ${submissionLegs.submissionId} = ${submissions.id}
        and ${submissionLegs.transactionId} = ${t.transactionId}))`,
    ),
  );
}

function toSettlement({ seq: _seq, ...row }: Row): Settlement {
  return row;
}

function toShown({ row, current }: { row: Row; current: Hex | null }): Settlement {
  return { ...toSettlement(row), txHash: row.txHash ?? current };
}
