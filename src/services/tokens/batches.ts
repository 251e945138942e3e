import { AppError, fail } from '#src/core/errors.ts';
import type { Clock } from '#src/core/clock.ts';
import { newId } from '#src/core/ids.ts';
import type { JournalStore } from '#src/core/journal-store.ts';
import type { IdempotencyKey, NewTransaction, Transaction } from '#src/core/journal.ts';
import type { Batch, BatchMode, BatchOperation, BatchRepository } from '#src/core/ports/batches.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { Journal } from '../journal.ts';
import type { Approval, Sponsorship, SponsorshipStore } from '../sponsorship.ts';
import type { Move, MoveStore, PlannedMove, TokenMoves } from './moves.ts';
import { refusalOf } from './refusals.ts';

type Tx = JournalStore & SponsorshipStore & MoveStore & { batches: BatchRepository };
type Store = Omit<Tx, 'transaction'> & { transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> };
type Intent = Omit<NewTransaction, 'id'>;

/** A batch and the transactions that carry its operations, by id. */
export type ShownBatch = { batch: Batch; transactions: ReadonlyMap<string, Transaction> };

export type Batches = {
  /**
   * Writes all down in one database transaction. @throws whatever one operation alone would; in parallel mode what
   * the chain refuses fails alone
   */
  create(
    mode: BatchMode,
    moves: readonly Move[],
    key: IdempotencyKey,
  ): Promise<ShownBatch & { replayed: boolean }>;
  /** @throws not_found */
  find(owner: string, id: string): Promise<ShownBatch>;
};

export type BatchPorts = {
  store: Store;
  journal: Pick<Journal, 'submit' | 'wake'>;
  sponsorship: Pick<Sponsorship, 'approve' | 'reserve'>;
  moves: Pick<TokenMoves, 'plan'>;
  preflight: Preflight;
  clock: Clock;
};

/** What becomes of a batch: transactions to write down, and each operation's place among them. */
type Plan = {
  intents: Intent[];
  placed: { move: PlannedMove; at: number | null; refusal: AppError | null }[];
};

const keptMs = 24 * 3_600_000;

export function createBatches(ports: BatchPorts): Batches {
  const { store, journal, clock } = ports;
  const shown = async (batch: Batch): Promise<ShownBatch> => {
    const ids = batch.operations.flatMap(({ transactionId }) => transactionId ?? []);
    const found = await store.transactions.findMany([...new Set(ids)]);
    return { batch, transactions: new Map(found.map((one) => [one.id, one])) };
  };
  const find = async (owner: string, id: string): Promise<ShownBatch> => {
    const batch = await store.batches.find(owner, id);
    if (!batch) throw fail('not_found', { resource: 'batch' });
    return shown(batch);
  };
  type First = { fingerprint: string; transactionId: string | null };
  const replay = async (key: IdempotencyKey, first: First) => {
    if (first.fingerprint !== key.fingerprint) {
      throw fail('idempotency_conflict', { resource: key.operation });
    }
    // The key of a batch stands for the batch.
    return { ...(await find(key.owner, String(first.transactionId))), replayed: true };
  };
  return {
    find,
    async create(mode, moves, key) {
      const known = await store.idempotency.find(key, clock.now());
      if (known?.transactionId) return replay(key, known);
      const planned = await Promise.all(moves.map((move, i) => at(i, () => ports.moves.plan(move))));
      const plan = mode === 'atomic' ? await atomic(ports, planned) : await parallel(ports, planned);
      const approvals = await Promise.all(plan.intents.map((one) => ports.sponsorship.approve(one)));
      const written = await write(ports, { mode, plan, approvals, key });
      if ('first' in written) return replay(key, written.first);
      for (const lane of new Set(plan.intents.map((one) => one.lane))) journal.wake(lane);
      return { ...(await shown(written.batch)), replayed: false };
    },
  };
}

/** Says which operation an error is about. */
async function at<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { field, message } = error.facts;
    const where = `operations.${index}`;
    const inside = field === undefined || field === 'id' ? where : `${where}.params.${field}`;
    throw new AppError(error.kind, {
      ...error.facts,
      field: inside,
      ...(message === undefined ? {} : { message: `${where}: ${message}` }),
    });
  }
}

async function parallel({ preflight }: BatchPorts, planned: readonly PlannedMove[]): Promise<Plan> {
  const intents: Intent[] = [];
  const placed = await Promise.all(
    planned.map(async (move) => {
      const refusal = await preflight(move.token.network, move.sender.address, move.intent.calls);
      return { move, at: null, refusal: refusal && refusalOf(refusal) };
    }),
  );
  // The order asked for is the order in each lane.
  return {
    intents,
    placed: placed.map((one) => (one.refusal ? one : { ...one, at: intents.push(one.move.intent) - 1 })),
  };
}

async function atomic({ preflight }: BatchPorts, planned: readonly PlannedMove[]): Promise<Plan> {
  const [first] = planned;
  if (!first) throw new Error('a batch has an operation');
  const { network, lane, owner } = first.intent;
  const stray = planned.findIndex(({ intent }) => intent.lane !== lane);
  if (stray >= 0) {
    const field = `operations.${stray}`;
    const message = `${field} is of another account or network: one user operation can't hold both`;
    throw fail('validation', { field, message });
  }
  const calls = planned.flatMap(({ intent }) => intent.calls);
  const refusal = await preflight(network, first.sender.address, calls);
  if (refusal) throw refusalOf(refusal);
  const tokens = new Set(planned.map(({ token }) => token.id));
  const [tokenId] = tokens;
  const meta = { from: first.sender.address, ...(tokens.size === 1 ? { tokenId } : {}) };
  const expect = planned.flatMap(({ intent }) => intent.expect ?? []);
  const intent = { owner, type: 'batch', network, lane, calls, expect, meta };
  return { intents: [intent], placed: planned.map((move) => ({ move, at: 0, refusal: null })) };
}

type Writing = { mode: BatchMode; plan: Plan; approvals: readonly Approval[]; key: IdempotencyKey };

function write({ store, journal, sponsorship, clock }: BatchPorts, writing: Writing) {
  const { mode, plan, approvals, key } = writing;
  return store.transaction(async (tx) => {
    const id = newId('bat');
    const now = clock.now();
    const first = await tx.idempotency.claim(key, now, new Date(now.getTime() + keptMs), id);
    if (first) return { first };
    const ids: string[] = [];
    for (const [i, intent] of plan.intents.entries()) {
      const meta = { ...intent.meta, batchId: id };
      const transaction = await journal.submit(tx, { ...intent, id: newId('tx'), meta });
      await sponsorship.reserve(tx, approvals[i]!, transaction.id);
      ids.push(transaction.id);
    }
    for (const { move, at: place } of plan.placed) {
      if (place !== null) await move.bind(tx, ids[place]!);
    }
    const operations = plan.placed.map(({ move, at: place, refusal }): BatchOperation => ({
      method: move.action.method,
      tokenId: move.token.id,
      transactionId: place === null ? null : (ids[place] ?? null),
      error: refusal && { code: codeOf(refusal), message: refusal.message },
    }));
    return { batch: await tx.batches.insert({ id, owner: key.owner, mode, operations }, now) };
  });
}

/** The words of an operation that alone would have been refused. */
function codeOf(refusal: AppError): string {
  return refusal.kind === 'user_operation_failed' ? 'blockchain_error' : refusal.kind;
}
