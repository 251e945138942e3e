import type { JournalStore } from '#src/core/journal-store.ts';
import { normalizeDbError } from './errors.ts';
import type { Db } from './handle.ts';
import { auditRepository } from './repositories/audit.ts';
import { apiClientRepository } from './repositories/api-clients.ts';
import { apiKeyRepository } from './repositories/api-keys.ts';
import { eventRepository } from './repositories/events.ts';
import { catalogueRepository } from './repositories/catalogue.ts';
import { claimRepository } from './repositories/claims.ts';
import { batchRepository } from './repositories/batches.ts';
import { clientTokenRepository } from './repositories/client-tokens.ts';
import { idempotencyRepository } from './repositories/idempotency.ts';
import { journalRepository } from './repositories/journal.ts';
import { mintReceiptRepository } from './repositories/mint-receipts.ts';
import { merchantClientRepository } from './repositories/merchant-clients.ts';
import { laneStatusRepository } from './repositories/lane-status.ts';
import { networkPauseRepository } from './repositories/network-pauses.ts';
import { networkRepository } from './repositories/networks.ts';
import { paymentAssetRepository } from './repositories/payment-assets.ts';
import { paymentTotalsRepository } from './repositories/payment-totals.ts';
import {
  challengeRepository,
  passkeyRepository,
  passwordResetRepository,
  signInWalletRepository,
} from './repositories/sign-in.ts';
import { platformTokenRepository } from './repositories/platform-tokens.ts';
import { holdingRepository } from './repositories/holdings.ts';
import { tokenControlRepository } from './repositories/token-controls.ts';
import { nftMetadataRepository } from './repositories/nft-metadata.ts';
import { nftRepository } from './repositories/nfts.ts';
import { transferIndexRepository } from './repositories/transfer-index.ts';
import { revokedTokenRepository } from './repositories/revoked-tokens.ts';
import { resourceRepository } from './repositories/resources.ts';
import { sessionRepository } from './repositories/sessions.ts';
import { settlementRepository } from './repositories/settlements.ts';
import { sponsorshipRepository } from './repositories/sponsorships.ts';
import { tenantWalletRepository } from './repositories/tenant-wallets.ts';
import { tenantRepository } from './repositories/tenants.ts';
import { transactionRepository } from './repositories/transactions.ts';
import { usageRepository } from './repositories/usage.ts';
import { walletKeyRepository } from './repositories/wallet-keys.ts';
import { walletRepository } from './repositories/wallets.ts';
import { webhookDeliveryRepository } from './repositories/webhook-deliveries.ts';
import { webhookEndpointRepository } from './repositories/webhook-endpoints.ts';
import { logInAttemptRepository, refreshSessionRepository, userRepository } from './repositories/users.ts';

/** Every repository, all bound to the same pool or database transaction. One line an area. */
function repositories(db: Db) {
  return {
    apiClients: apiClientRepository(db),
    apiKeys: apiKeyRepository(db),
    audit: auditRepository(db),
    events: eventRepository(db),
    catalogue: catalogueRepository(db),
    claims: claimRepository(db),
    batches: batchRepository(db),
    clientTokens: clientTokenRepository(db),
    idempotency: idempotencyRepository(db),
    journal: journalRepository(db),
    mintReceipts: mintReceiptRepository(db),
    logInAttempts: logInAttemptRepository(db),
    merchantClients: merchantClientRepository(db),
    laneStatus: laneStatusRepository(db),
    networkPauses: networkPauseRepository(db),
    networks: networkRepository(db),
    nftMetadata: nftMetadataRepository(db),
    nfts: nftRepository(db),
    paymentAssets: paymentAssetRepository(db),
    paymentTotals: paymentTotalsRepository(db),
    platformTokens: platformTokenRepository(db),
    refreshSessions: refreshSessionRepository(db),
    revokedTokens: revokedTokenRepository(db),
    resources: resourceRepository(db),
    sessions: sessionRepository(db),
    challenges: challengeRepository(db),
    passkeys: passkeyRepository(db),
    passwordResets: passwordResetRepository(db),
    signInWallets: signInWalletRepository(db),
    settlements: settlementRepository(db),
    sponsorships: sponsorshipRepository(db),
    tenants: tenantRepository(db),
    tenantWallets: tenantWalletRepository(db),
    transactions: transactionRepository(db),
    holdings: holdingRepository(db),
    tokenControls: tokenControlRepository(db),
    transferIndex: transferIndexRepository(db),
    wallets: walletRepository(db),
    walletKeys: walletKeyRepository(db),
    usage: usageRepository(db),
    users: userRepository(db),
    webhookDeliveries: webhookDeliveryRepository(db),
    webhookEndpoints: webhookEndpointRepository(db),
  } satisfies Omit<JournalStore, 'transaction'> & Record<string, unknown>;
}

/** What services see of the database. */
export type Store = ReturnType<typeof repositories> & {
  /** Runs `fn` in one database transaction (a savepoint when already in one); use only the store it is given. */
  transaction<T>(fn: (store: Store) => Promise<T>): Promise<T>;
};

/** Binds the repositories to a database. A lost connection surfaces as `unavailable`. */
export function createStore(db: Db): Store {
  return Object.assign(guarded(repositories(db)), {
    async transaction<T>(fn: (store: Store) => Promise<T>): Promise<T> {
      try {
        return await db.transaction((tx) => fn(createStore(tx)));
      } catch (error) {
        throw normalizeDbError(error);
      }
    },
  });
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** Gives every repository's lost connection its kind; wrapped at first use, since a transaction uses few of them. */
function guarded<T extends Record<string, object>>(areas: T): T {
  const store = {};
  for (const [name, repository] of Object.entries(areas)) {
    let wrapped: object | undefined;
    Object.defineProperty(store, name, { enumerable: true, get: () => (wrapped ??= guard(repository)) });
  }
  return store as T;
}

function guard(repository: object): object {
  return Object.fromEntries(
    Object.entries(repository).map(([name, method]: [string, Method]) => [
      name,
      (...args: unknown[]) =>
        method.apply(repository, args).catch((error: unknown) => {
          throw normalizeDbError(error);
        }),
    ]),
  );
}
