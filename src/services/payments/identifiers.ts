import { LRUCache } from 'lru-cache';
import { fail } from '#src/core/errors.ts';
import type { PreparedPayment } from '#src/core/payment.ts';
import type { Settlement, SettlementRepository } from '#src/core/ports/settlements.ts';

/** Names that payers gave their payments: one name is one payment, for ever. It never brings a second success. */
export type Identifiers = {
  /** @throws idempotency_conflict when the merchant knows another payment by this name */
  check(owner: string, payment: PreparedPayment): Promise<void>;
  /** The payment is good: from now on the name is its own on this replica; its settlement makes that so on all. */
  remember(owner: string, payment: PreparedPayment): void;
};

export function createIdentifiers(store: {
  settlements: Pick<SettlementRepository, 'findByIdentifier'>;
}): Identifiers {
  const kept = new LRUCache<string, string>({ max: 10_000 });
  return {
    async check(owner, payment) {
      const { identifier } = payment;
      if (!identifier) return;
      const known = kept.get(`${owner} ${identifier.id}`);
      const row = known === undefined ? await store.settlements.findByIdentifier(owner, identifier.id) : null;
      const other = known ?? (row && row[identifier.by]);
      if (other !== null && other !== payment[identifier.by]) throw conflict();
    },
    remember(owner, payment) {
      const { identifier } = payment;
      if (identifier) kept.set(`${owner} ${identifier.id}`, payment[identifier.by]);
    },
  };
}

/** The name of a payment, as its row keeps it. */
export function identifierOf({ identifier }: PreparedPayment): Settlement['paymentIdentifier'] {
  return identifier?.id ?? null;
}

function conflict() {
  return fail('idempotency_conflict', {
    message: 'The payment-identifier was used for another payment',
    resource: 'settlement',
  });
}
