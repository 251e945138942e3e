import type { Transaction, TransactionError } from '#src/core/journal.ts';
import type {
  Concluded,
  Settlement,
  SettlementOutcome,
  SettlementRepository,
} from '#src/core/ports/settlements.ts';
import { type PaymentTellers, tellPayments, tenantsOf } from './telling.ts';

/** x402 reason of a journal error. */
export function failureReason(error: TransactionError | null): string {
  if (error?.code === 'unexpected_effect') return 'invalid_exact_evm_transfer_event_mismatch';
  if (error?.code === 'simulation_failed') return 'invalid_exact_evm_transaction_simulation_failed';
  return 'invalid_exact_evm_transaction_failed';
}

/** Keeps payments true to the journal; runs in the database transaction of the journal's own change. */
export async function applySettlementChanges(
  tx: PaymentTellers & { settlements: Pick<SettlementRepository, 'conclude'> },
  transactions: readonly Transaction[],
  environmentOf: (network: string) => 'test' | 'live',
): Promise<void> {
  const settlements = transactions.filter((t) => t.type === 'settlement');
  const [first] = settlements;
  if (!first) return;
  // Asked together, answered in one round trip: the lane waits for this.
  const [concluded, tenants] = await Promise.all([
    tx.settlements.conclude(settlements.map(outcomeOf), first.updatedAt),
    tenantsOf(tx, settlements),
  ]);
  await tellPayments(tx, newsOf(concluded), environmentOf, tenants);
}

/** Those that stand where they did not stand before. */
export function newsOf(concluded: readonly Concluded[]): Settlement[] {
  return concluded.flatMap(({ settlement, before }) => (before === settlement.status ? [] : [settlement]));
}

function outcomeOf(t: Transaction): SettlementOutcome & { transactionId: string } {
  const { id: transactionId, txHash, blockNumber, gasUsed, sponsorCost: fee } = t;
  const place = { transactionId, txHash, blockNumber, gasUsed, fee };
  if (t.status === 'confirmed') return { ...place, status: 'settled', reason: null };
  if (t.status === 'failed') return { ...place, status: 'failed', reason: failureReason(t.error) };
  // A reorg took its block away: it is on its way again.
  return { ...place, status: 'received', reason: null };
}
