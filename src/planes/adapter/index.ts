import { adapterPlane } from '#schemas/adapter/plane.ts';
import type { Clock } from '#src/core/clock.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import type { Networks } from '#src/core/networks.ts';
import type { TokenPort } from '#src/core/ports/tokens.ts';
import type { Plane } from '#src/http/plane.ts';
import type { TokenFamily } from '#src/http/tokens.ts';
import type { ApiClients } from '#src/services/api-clients.ts';
import type { ClaimProofs } from '#src/services/claim-proofs.ts';
import type { ClaimReleases } from '#src/services/claim-releases.ts';
import type { Claims } from '#src/services/claims.ts';
import type { ClientTokens } from '#src/services/client-tokens.ts';
import type { Journal } from '#src/services/journal.ts';
import type { Mints } from '#src/services/mints.ts';
import type { Sponsorship } from '#src/services/sponsorship.ts';
import type { Transfers } from '#src/services/transfers.ts';
import type { Wallets } from '#src/services/wallets.ts';
import { createAuthenticators, standardTiers, type Tiers } from './auth.ts';
import { requireUser } from './caller.ts';
import { renderError } from './errors.ts';
import { authRoutes } from './routes/auth.ts';
import { claimRoutes } from './routes/claims.ts';
import { clientTokenRoutes } from './routes/client-tokens.ts';
import { clientRoutes } from './routes/clients.ts';
import { externalRoutes } from './routes/external.ts';
import { mintRoutes } from './routes/mint.ts';
import { documentationRoutes, transactionRoutes } from './routes/transactions.ts';
import { walletRoutes } from './routes/wallet.ts';

/** What the adapter serves with. */
export type AdapterServices = {
  clients: ApiClients;
  clientTokens: ClientTokens;
  wallets: Wallets;
  mints: Mints;
  claims: Claims;
  claimProofs: ClaimProofs;
  claimReleases: ClaimReleases;
  transfers: Transfers;
  tokens: TokenFamily;
  holdings: TokenPort['holdings'];
  sponsorship: Pick<Sponsorship, 'usage'>;
  transactions: Pick<TransactionRepository, 'find' | 'list'>;
  journal: Pick<Journal, 'wait'>;
  networks: Networks;
  clock: Clock;
  adminKey: string;
  tiers?: Tiers;
};

/** Gasless wallets for the users of apps. */
export function adapter(services: AdapterServices): Plane {
  const { clients, tokens, adminKey, tiers = standardTiers } = services;
  return {
    definition: adapterPlane,
    routes: [
      ...authRoutes(services),
      ...clientRoutes(services),
      ...clientTokenRoutes(services),
      ...walletRoutes(services),
      ...mintRoutes(services),
      ...externalRoutes(services),
      ...claimRoutes(services),
      ...transactionRoutes(services),
      ...documentationRoutes(),
    ],
    authenticate: createAuthenticators({ clients, tokens, adminKey, tiers }),
    render: renderError,
    anonymousPerMinute: 100,
    guard: requireUser,
    setup: (app) => tokens.setup(app),
  };
}
