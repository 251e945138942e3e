import type { Clock } from '#src/core/clock.ts';
import { type AppError, fail } from '#src/core/errors.ts';
import type { TransactionAttempt, TransactionRepository } from '#src/core/journal-store.ts';
import type { NewTransaction, Transaction } from '#src/core/journal.ts';
import { parseAccountLane } from '#src/core/lanes.ts';
import type { NftRepository } from '#src/core/ports/nfts.ts';
import type { PlatformTokenRepository } from '#src/core/ports/platform-tokens.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { Journal } from './journal.ts';
import { refusalOf } from './tokens/refusals.ts';
import type { Writer, Written } from './writes.ts';

type Store = {
  transactions: TransactionRepository;
  platformTokens: Pick<PlatformTokenRepository, 'redeploy'>;
  nfts: Pick<NftRepository, 'remint'>;
};

/** What an owner may do about its transactions. All methods @throws not_found */
export type TransactionActions = {
  /** Every attempt, oldest first. */
  timeline(
    owner: string,
    id: string,
  ): Promise<{ transaction: Transaction; attempts: readonly TransactionAttempt[] }>;
  /** @throws conflict when it is sent or over */
  cancel(owner: string, id: string): Promise<Transaction>;
  /** @throws conflict unless it is sent and in no block */
  speedUp(owner: string, id: string): Promise<Transaction>;
  /** @throws conflict unless it failed; insufficient_balance, user_operation_failed, chain_unavailable */
  retry(owner: string, id: string): Promise<Written>;
};

export type TransactionActionPorts = {
  store: Store;
  writer: Writer<Store>;
  journal: Pick<Journal, 'cancel' | 'hurry'>;
  preflight: Preflight;
  clock: Clock;
};

export function createTransactionActions(ports: TransactionActionPorts): TransactionActions {
  const { store, journal } = ports;
  const find = async (owner: string, id: string): Promise<Transaction> => {
    const found = await store.transactions.find(owner, id);
    if (!found) throw fail('not_found', { resource: 'transaction' });
    return found;
  };
  return {
    async timeline(owner, id) {
      const transaction = await find(owner, id);
      return { transaction, attempts: await store.transactions.listAttempts(id) };
    },
    async cancel(owner, id) {
      const error = { code: 'CANCELLED', message: 'Cancelled before it was sent' };
      const cancelled = await journal.cancel(owner, id, error);
      if (cancelled) return cancelled;
      const now = await find(owner, id);
      if (now.error?.code === error.code) return now;
      throw conflict(
        now.status === 'submitted' ? 'It was sent and can not be taken back' : `It is ${now.status}`,
      );
    },
    async speedUp(owner, id) {
      const now = await find(owner, id);
      if (now.status !== 'submitted') throw conflict(`It is ${now.status}`);
      if (now.blockNumber !== null) throw conflict('It is in a block');
      journal.hurry(now.lane);
      return now;
    },
    async retry(owner, id) {
      const failed = await find(owner, id);
      const before = await retriedAs(store, failed);
      if (before) return { transaction: before, replayed: true };
      if (failed.status !== 'failed') throw conflict(`It is ${failed.status}`);
      try {
        return await again(ports, failed);
      } catch (error) {
        // Somebody else retried it meanwhile: there is one retry.
        const twin = await retriedAs(store, await find(owner, id));
        if (twin) return { transaction: twin, replayed: true };
        throw error;
      }
    },
  };
}

const conflict = (message: string): AppError => fail('conflict', { resource: 'transaction', message });

async function retriedAs(store: Store, { owner, meta }: Transaction): Promise<Transaction | null> {
  const id = meta['retriedAs'];
  return typeof id === 'string' ? store.transactions.find(owner, id) : null;
}

function again({ writer, preflight, clock }: TransactionActionPorts, failed: Transaction): Promise<Written> {
  const { owner, userId, type, network, lane, calls, expect, id } = failed;
  const { retriedAs: _retriedAs, ...meta } = failed.meta;
  return writer.write(null, async () => {
    const refusal = await preflight(network, parseAccountLane(lane).address, calls);
    if (refusal) throw refusalOf(refusal);
    const facts = { owner, userId, type, network, lane, calls, expect };
    const transaction: Omit<NewTransaction, 'id'> = { ...facts, meta: { ...meta, retryOf: id } };
    return {
      transaction,
      async bind(tx, next) {
        if (!(await tx.transactions.claimRetry(owner, id, next))) throw conflict('It was retried already');
        if (type === 'token_deploy')
          await tx.platformTokens.redeploy(String(meta['tokenId']), next, clock.now());
        await tx.nfts.remint(id, next, clock.now());
      },
    };
  });
}
