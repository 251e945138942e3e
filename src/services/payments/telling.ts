import { checksum } from '#src/core/address.ts';
import { type EventRepository, newEvent } from '#src/core/ports/events.ts';
import type { Settlement } from '#src/core/ports/settlements.ts';
import type { TenantRepository } from '#src/core/ports/tenants.ts';

export type PaymentTellers = {
  events: Pick<EventRepository, 'insert'>;
  tenants: Pick<TenantRepository, 'listOfUsers'>;
};

const words = {
  settled: 'payment.settled',
  failed: 'payment.failed',
  // It was settled, and its block is gone.
  received: 'payment.reorged',
} as const;

/**
 * Tells the tenants of the merchants where their payments stand; in the database transaction of the change. `environmentOf`
 * says whose keys of a tenant hear of a network; `tenants` as `tenantsOf` found them, when they are at hand.
 */
export async function tellPayments(
  tx: PaymentTellers,
  settlements: readonly Settlement[],
  environmentOf: (network: string) => 'test' | 'live',
  tenants?: ReadonlyMap<number, string>,
): Promise<void> {
  const [first] = settlements;
  if (!first) return;
  tenants ??= await tenantsOf(tx, settlements);
  const events = settlements.flatMap((settlement) => {
    const tenant = tenants.get(userOf(settlement.owner) ?? 0);
    if (tenant === undefined) return [];
    const owner = `tenant:${tenant}:${environmentOf(settlement.network)}`;
    return [newEvent(owner, words[settlement.status], paymentObject(settlement))];
  });
  await tx.events.insert(events, first.updatedAt);
}

/** Tenants of the merchants' users, by the users' numbers. */
export function tenantsOf(
  tx: Pick<PaymentTellers, 'tenants'>,
  owned: readonly { owner: string }[],
): Promise<ReadonlyMap<number, string>> {
  return tx.tenants.listOfUsers([...new Set(owned.flatMap(({ owner }) => userOf(owner) ?? []))]);
}

/** Serial number of the merchant's user. */
function userOf(owner: string): number | undefined {
  const found = /^user:(\d+)$/.exec(owner)?.[1];
  return found === undefined ? undefined : Number(found);
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

function paymentObject(s: Settlement): Record<string, unknown> {
  return {
    object: 'payment',
    id: s.id,
    status: s.status,
    client_id: s.clientId,
    network: s.network,
    asset: checksum(s.asset),
    amount: s.amount.toString(),
    payer: checksum(s.payer),
    pay_to: checksum(s.payTo),
    scheme: s.scheme,
    resource: s.resource,
    tx_hash: s.txHash,
    block_number: s.blockNumber === null ? null : Number(s.blockNumber),
    gas_used: s.gasUsed?.toString() ?? null,
    fee: s.fee?.toString() ?? null,
    reason: s.reason,
    created: seconds(s.createdAt),
    settled: s.settledAt && seconds(s.settledAt),
  };
}
