import { operations as adapterAuth } from './adapter/auth.ts';
import { operations as clientTokens } from './adapter/client-tokens.ts';
import { operations as claims } from './adapter/claims.ts';
import { operations as appClients } from './adapter/clients.ts';
import { operations as mints } from './adapter/mint.ts';
import { operations as external } from './adapter/external.ts';
import { operations as adapterDocuments } from './adapter/openapi.ts';
import { adapterPlane } from './adapter/plane.ts';
import { operations as adapterTransactions } from './adapter/transactions.ts';
import { operations as wallets } from './adapter/wallet.ts';
import { operations as facilitatorAdmin } from './facilitator/admin.ts';
import { operations as adminAssets } from './facilitator/admin-assets.ts';
import { operations as accounts } from './facilitator/accounts.ts';
import { operations as merchantClients } from './facilitator/clients.ts';
import { operations as discovery } from './facilitator/discovery.ts';
import { operations as audit } from './facilitator/audit.ts';
import { operations as metrics } from './facilitator/metrics.ts';
import { operations as operators } from './facilitator/operators.ts';
import { operations as payments } from './facilitator/payments.ts';
import { facilitatorPlane } from './facilitator/plane.ts';
import { operations as resources } from './facilitator/resources.ts';
import { operations as settlements } from './facilitator/settlements.ts';
import { operations as system } from './facilitator/system.ts';
import type { Operation } from './kit/operation.ts';
import type { PlaneDefinition } from './kit/plane.ts';
import { operations as platformAccounts } from './platform/accounts.ts';
import { operations as apiKeyUsage } from './platform/api-key-usage.ts';
import { operations as apiKeys } from './platform/api-keys.ts';
import { operations as platformEvents } from './platform/events.ts';
import { operations as platformNetworks } from './platform/networks.ts';
import { platformPlane } from './platform/plane.ts';
import { operations as platformSessions } from './platform/sessions.ts';
import { operations as walletSignatures } from './platform/wallet-signatures.ts';
import { operations as platformWallets } from './platform/wallets.ts';
import { operations as signIn } from './platform/sign-in.ts';
import { operations as webhookDeliveries } from './platform/webhook-deliveries.ts';
import { operations as webhooks } from './platform/webhooks.ts';
import { operations as tokenOperations } from './platform/token-operations.ts';

/** Every plane of the contract. */
export const planes: readonly PlaneDefinition[] = [adapterPlane, facilitatorPlane, platformPlane];

const adapter = [
  ...adapterAuth,
  ...appClients,
  ...clientTokens,
  ...wallets,
  ...mints,
  ...external,
  ...claims,
  ...adapterTransactions,
  ...adapterDocuments,
];
const facilitator = [
  ...system,
  ...payments,
  ...accounts,
  ...merchantClients,
  ...settlements,
  ...resources,
  ...discovery,
  ...metrics,
  ...facilitatorAdmin,
  ...adminAssets,
  ...operators,
  ...audit,
];
const platform = [
  ...platformAccounts,
  ...platformSessions,
  ...signIn,
  ...apiKeys,
  ...apiKeyUsage,
  ...platformNetworks,
  ...platformWallets,
  ...walletSignatures,
  ...platformEvents,
  ...webhooks,
  ...webhookDeliveries,
  ...tokenOperations,
];

/** The catalogue: every operation of every plane. OpenAPI, clients and guards iterate it. */
export const operations: readonly Operation[] = [...adapter, ...facilitator, ...platform];
