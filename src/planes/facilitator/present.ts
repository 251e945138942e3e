import type { Static } from '@sinclair/typebox';
import type { AdminAsset } from '#schemas/facilitator/admin-assets.ts';
import type { FacilitatorUser } from '#schemas/facilitator/accounts.ts';
import type { MerchantClient as MerchantClientBody } from '#schemas/facilitator/clients.ts';
import type { SettleResult, VerifyResult } from '#schemas/facilitator/payments.ts';
import type { DiscoveryResource } from '#schemas/facilitator/discovery.ts';
import type { Resource as ResourceBody } from '#schemas/facilitator/resources.ts';
import type { Settlement as SettlementBody } from '#schemas/facilitator/settlements.ts';
import type { Asset, PaymentKind as PaymentKindBody } from '#schemas/facilitator/system.ts';
import { checksum } from '#src/core/address.ts';
import { listingFacts } from '#src/core/listing.ts';
import type { Listing } from '#src/core/ports/discovery.ts';
import type { MerchantClient } from '#src/core/ports/merchant-clients.ts';
import type { PaymentAsset } from '#src/core/ports/payment-assets.ts';
import type { Resource } from '#src/core/ports/resources.ts';
import type { Settlement } from '#src/core/ports/settlements.ts';
import type { User } from '#src/core/ports/users.ts';
import type { PaymentKind } from '#src/services/payment-networks.ts';
import type { SettleAnswer, VerifyAnswer } from '#src/services/payments/ports.ts';

/** Success envelope of all that x402 does not shape. */
export const data = <T>(value: T): { data: T } => ({ data: value });

export function presentKind({ simulated, ...kind }: PaymentKind): Static<typeof PaymentKindBody> {
  return { ...kind, ...(simulated ? { simulated } : {}) };
}

export function presentAsset(asset: PaymentAsset): Static<typeof Asset> {
  const { id, network, symbol, decimals, active, eip712Name: name, eip712Version: version } = asset;
  return { id, network, asset: checksum(asset.asset), symbol, decimals, active, name, version };
}

export function presentVerdict(answer: VerifyAnswer): Static<typeof VerifyResult> {
  return {
    isValid: answer.isValid,
    invalidReason: answer.reason,
    ...(answer.message === null ? {} : { invalidMessage: answer.message }),
    payer: answer.payer,
    timestamp: Math.floor(answer.at.getTime() / 1000),
    cachedResult: answer.cached,
  };
}

export function presentSettlement(answer: SettleAnswer): Static<typeof SettleResult> {
  return {
    success: answer.success,
    transaction: answer.transaction,
    errorReason: answer.reason,
    ...(answer.message === null ? {} : { errorMessage: answer.message }),
    network: answer.network,
    payer: answer.payer,
    ...(answer.amount === null ? {} : { amount: answer.amount.toString() }),
    blockNumber: Number(answer.blockNumber),
    timestamp: answer.at.toISOString(),
  };
}

export function presentUser(user: User): Static<typeof FacilitatorUser> {
  const { id, email, isAdmin, createdAt } = user;
  return { id, email, isAdmin, createdAt: createdAt.toISOString() };
}

export function presentClient(client: MerchantClient): Static<typeof MerchantClientBody> {
  return {
    clientId: client.clientId,
    title: client.title,
    scope: client.scopes.join(','),
    createdAt: client.createdAt.toISOString(),
    expiresAt: client.expiresAt?.toISOString() ?? null,
    ...(client.payTo ? { payTo: client.payTo.map(checksum) } : {}),
    ...(client.quotaPerMinute === null ? {} : { quotaPerMinute: client.quotaPerMinute }),
  };
}

export function presentAdminAsset(asset: PaymentAsset): Static<typeof AdminAsset> {
  const { eip712Name: name, eip712Version: version, minAmount } = asset;
  return { ...presentAsset(asset), name, version, minAmount: minAmount.toString() };
}

/** A payment of the journal, for its merchant. */
export function presentPayment(row: Settlement): Static<typeof SettlementBody> {
  const { id, status, clientId, x402Version, scheme, network, nonce, paymentIdentifier, resource, reason } =
    row;
  return {
    id,
    status,
    clientId,
    x402Version,
    scheme,
    network,
    asset: checksum(row.asset),
    payer: checksum(row.payer),
    payTo: checksum(row.payTo),
    amount: row.amount.toString(),
    nonce,
    paymentIdentifier,
    resource,
    transaction: row.txHash,
    blockNumber: row.blockNumber === null ? null : Number(row.blockNumber),
    gasUsed: row.gasUsed?.toString() ?? null,
    fee: row.fee?.toString() ?? null,
    reason,
    delivered: row.deliveredAt !== null,
    createdAt: row.createdAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

export function presentResource(row: Resource): Static<typeof ResourceBody> {
  const { id, resource, type, x402Version, accepts, metadata, createdAt, updatedAt } = row;
  return {
    id,
    resource,
    type,
    x402Version,
    accepts: accepts as Static<typeof ResourceBody>['accepts'],
    metadata,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** An entry of the catalogue; the seed's type `endpoint` is what the protocol calls `http`. */
export function presentListing(row: Listing): Static<typeof DiscoveryResource> {
  const { resource, type, x402Version, metadata, extensions } = row;
  const accepts = row.accepts as Static<typeof DiscoveryResource>['accepts'];
  return {
    resource,
    type: type === 'endpoint' ? 'http' : type,
    x402Version,
    accepts,
    lastUpdated: row.updatedAt.toISOString(),
    ...listingFacts({ ...accepts[0], ...metadata }),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    settled: row.settledAt !== null,
    lastSettledAt: row.settledAt?.toISOString() ?? null,
  };
}
