import { getPublicOpenApi } from '#schemas/adapter/openapi.ts';
import { adapterPlane } from '#schemas/adapter/plane.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { fail } from '#src/core/errors.ts';
import type { Transaction } from '#src/core/journal.ts';
import { hasScope, type Principal } from '#src/core/principal.ts';
import { documentOf } from '#src/http/openapi.ts';
import { sliceOf } from '#src/http/openapi-document.ts';
import { bind } from '#src/http/route.ts';
import { callerOf } from '../caller.ts';
import type { AdapterServices } from '../index.ts';
import { toTransaction } from '../present.ts';

/** The scope that makes transactions of a type, and so may read them. */
const makerOf: Readonly<Record<string, string>> = {
  mint: 'mint',
  transfer: 'transfer',
  claim: 'claim',
  claim_release: 'claim',
};

function mayRead(principal: Principal, transaction: Transaction): boolean {
  return hasScope(principal, 'wallet') || hasScope(principal, makerOf[transaction.type] ?? 'wallet');
}

/** Transactions by id. */
export const transactionRoutes = ({ transactions, journal }: AdapterServices) => [
  bind(getTransaction, async ({ principal, request, params: { id }, query: { wait = 0 } }) => {
    const { owner, userId } = callerOf(principal, request);
    const found = await transactions.find(owner, id);
    if (!found || found.userId !== userId || !mayRead(principal, found)) {
      throw fail('not_found', { resource: 'transaction' });
    }
    const latest = wait > 0 ? await journal.wait(id, wait * 1000) : found;
    return { success: true as const, transaction: toTransaction(latest) };
  }),
];

/** The plane's own documentation. */
export const documentationRoutes = () => [
  bind(getPublicOpenApi, async ({ request }) => ({ ...sliceOf(documentOf(request.server), adapterPlane) })),
];
