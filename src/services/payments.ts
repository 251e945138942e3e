import type { Settlement, SettlementStatus } from '#src/core/ports/settlements.ts';
import { fail } from '#src/core/errors.ts';
import { createBooks } from './payments/books.ts';
import { createIdentifiers } from './payments/identifiers.ts';
import { settle } from './payments/settle.ts';
import type { Merchant, PaymentsOptions, SettleAnswer, VerifyAnswer } from './payments/ports.ts';
import { createVerdicts, verify } from './payments/verify.ts';

type Page = { after?: string; limit: number; status?: SettlementStatus };

export type Payments = {
  /** @throws validation, malformed_payload, forbidden, idempotency_conflict · verification_unavailable when nobody can tell */
  verify(merchant: Merchant, body: unknown): Promise<VerifyAnswer>;
  /** @throws as verify · idempotency_conflict · settlement_unavailable when nothing was sent */
  settle(merchant: Merchant, body: unknown, idempotencyKey: string | null): Promise<SettleAnswer>;
  /** Newest first. */
  list(owner: string, page: Page): Promise<Settlement[]>;
  /** @throws not_found */
  get(owner: string, id: string): Promise<Settlement>;
};

/** x402 payments: verdicts without a write, settlements exactly once. */
export function createPayments(options: PaymentsOptions): Payments {
  const shared = {
    verdicts: createVerdicts(options),
    identifiers: createIdentifiers(options.store),
    books: createBooks(options),
  };
  return {
    verify: (merchant, body) => verify(options, shared, merchant, body),
    settle: (merchant, body, idempotencyKey) => settle(options, shared, { merchant, body, idempotencyKey }),
    list: (owner, page) => options.store.settlements.list(owner, page),
    async get(owner, id) {
      const found = await options.store.settlements.view(owner, id);
      if (!found) throw fail('not_found', { resource: 'settlement' });
      return found;
    },
  };
}
