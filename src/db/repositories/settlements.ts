import { and, desc, eq, getTableColumns, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Hex } from '#src/core/hex.ts';
import type { Settlement, SettlementRepository } from '#src/core/ports/settlements.ts';
import type { Db } from '../handle.ts';
import { lazy } from '../statement.ts';
import { settlements as t } from '../tables/facilitator.ts';
import { submissionLegs, submissions, transactions } from '../tables/journal.ts';

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
  const shown = async (where: SQL | undefined, limit: number) => {
    const found = await db
      .select({ row: t, current: transactions.txHash })
      .from(t)
      .leftJoin(transactions, eq(transactions.id, t.transactionId))
      .where(where)
      .orderBy(desc(t.seq))
      .limit(limit);
    return found.map(({ row, current }) => ({ ...toSettlement(row), txHash: row.txHash ?? current }));
  };
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
    async view(owner, id) {
      const [row] = await shown(and(eq(t.owner, owner), eq(t.id, id)), 1);
      return row ?? null;
    },
    async list(owner, { after, limit, status }) {
      const cursor = db
        .select({ seq: t.seq })
        .from(t)
        .where(and(eq(t.owner, owner), eq(t.id, after ?? '')));
      return shown(
        and(
          eq(t.owner, owner),
          status === undefined ? undefined : eq(t.status, status),
          after === undefined ? undefined : lt(t.seq, sql`(${cursor})`),
        ),
        limit,
      );
    },
  };
}

function writes(db: Db): Omit<SettlementRepository, keyof Reads> {
  const claim = lazy(() =>
    db
      .update(t)
      .set({ deliveredAt: sql`${sql.placeholder('at')}::timestamptz` })
      .where(and(eq(t.id, sql.placeholder('id')), eq(t.status, 'settled'), isNull(t.deliveredAt)))
      .returning({ id: t.id })
      .prepare('settlements_claim'),
  );
  return {
    async insert(settlement, at) {
      const [row] = await db
        .insert(t)
        .values({ ...settlement, status: 'received', createdAt: at, updatedAt: at })
        .onConflictDoNothing()
        .returning();
      return row ? toSettlement(row) : null;
    },
    async restart(id, transactionId, at) {
      const place = { txHash: null, blockNumber: null, gasUsed: null, fee: null, reason: null };
      const done = await db
        .update(t)
        .set({ ...place, status: 'received', transactionId, updatedAt: at })
        .where(and(eq(t.id, id), eq(t.status, 'failed')))
        .returning({ id: t.id });
      return done.length > 0;
    },
    async conclude(transactionId, outcome, at) {
      const settledAt = outcome.status === 'settled' ? at : null;
      const old = db
        .select({ id: t.id, before: t.status })
        .from(t)
        .where(eq(t.transactionId, transactionId))
        .for('update')
        .as('old');
      const [row] = await db
        .update(t)
        .set({ ...outcome, settledAt, updatedAt: at })
        .from(old)
        .where(eq(t.id, old.id))
        .returning({ ...getTableColumns(t), before: old.before });
      if (!row) return null;
      const { before, ...settlement } = row;
      return { settlement: toSettlement(settlement), before };
    },
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
          .where(and(eq(t.id, id), ne(t.status, 'settled'), txHash ? unclaimed(txHash) : undefined))
          .returning({ id: t.id });
        return done.length > 0;
      }),
    async claimDelivery(id, at) {
      return (await claim().execute({ id, at: at.toISOString() })).length > 0;
    },
  };
}

const bytes = (hex: string) => Buffer.from(hex.slice(2), 'hex');

/** Of a Permit2 payment: no other one counts the transfer, and no signer of ours sent it for another. */
function unclaimed(txHash: Hex): SQL | undefined {
  const other = alias(t, 'other');
  return or(
    ne(t.method, 'permit2'),
    and(
      sql`not exists (select 1 from ${t} as other where ${other.id} <> ${t.id} and ${other.txHash} = ${bytes(txHash)}
        and ${other.asset} = ${t.asset} and ${other.payer} = ${t.payer} and ${other.payTo} = ${t.payTo}
        and ${other.amount} = ${t.amount})`,
      sql`not exists (select 1 from ${submissions} where ${submissions.hash} = ${bytes(txHash)} and not exists (
        select 1 from ${submissionLegs} where ${submissionLegs.submissionId} = ${submissions.id}
        and ${submissionLegs.transactionId} = ${t.transactionId}))`,
    ),
  );
}

function toSettlement({ seq: _seq, ...row }: Row): Settlement {
  return row;
}
