import * as ops from '#schemas/platform/transactions.ts';
import { fail } from '#src/core/errors.ts';
import type { TransactionMatch } from '#src/core/journal-store.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { page } from '../present.ts';
import { presentTransaction } from '../present-tokens.ts';
import type { PlatformServices } from '../services.ts';

type Query = {
  limit?: number;
  starting_after?: string;
  status?: TransactionMatch['status'];
  type?: string;
  network?: string;
};

/** Transactions of a tenant. */
export function transactionRoutes(services: PlatformServices): RouteBinding[] {
  const { transactions, journal, platformTokens, tenantWallets } = services;
  const listed = async (owner: string, query: Query, of: Pick<TransactionMatch, 'tokenId' | 'from'> = {}) => {
    const { limit = 20, starting_after: after, status, type, network } = query;
    const match: TransactionMatch = {
      ...(status === undefined ? {} : { status }),
      ...(type === undefined ? {} : { types: [type] }),
      ...(network === undefined ? {} : { network }),
      ...of,
    };
    const [found, total] = await Promise.all([
      transactions.list(owner, { ...match, limit: limit + 1, ...(after === undefined ? {} : { after }) }),
      transactions.count(owner, match),
    ]);
    const data = found.slice(0, limit).map(presentTransaction);
    return page(data, { hasMore: found.length > limit, total });
  };
  return [
    bind(ops.listTransactions, ({ principal, query }) => {
      const { token_id: tokenId } = query;
      return listed(principal.owner, query, tokenId === undefined ? {} : { tokenId });
    }),
    bind(ops.retrieveTransaction, async ({ principal, params: { id }, query: { wait = 0 } }) => {
      const found = await transactions.find(principal.owner, id);
      if (!found) throw fail('not_found', { resource: 'transaction' });
      return presentTransaction(wait > 0 ? await journal.wait(id, wait * 1000) : found);
    }),
    bind(ops.listTokenTransactions, async ({ principal, params: { id }, query }) => {
      await platformTokens.find(principal.owner, id);
      return listed(principal.owner, query, { tokenId: id });
    }),
    bind(ops.listTransactionsOfWallet, async ({ principal, params: { id }, query }) => {
      const { address: from } = await tenantWallets.get(principal.owner, id);
      return listed(principal.owner, query, { from });
    }),
  ];
}
