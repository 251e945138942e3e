import type { Clock } from '#src/core/clock.ts';
import type { AuditRepository } from '#src/core/ports/audit.ts';
import type { TokenFamily } from '#src/http/tokens.ts';
import type { Accounts } from '#src/services/accounts.ts';
import type { Discovery } from '#src/services/discovery.ts';
import type { MerchantClients } from '#src/services/merchant-clients.ts';
import type { NetworkPauses } from '#src/services/network-pauses.ts';
import type { PaymentAssets } from '#src/services/payment-assets.ts';
import type { PaymentNetworks } from '#src/services/payment-networks.ts';
import type { Payments } from '#src/services/payments.ts';
import type { Part } from '#src/services/readiness.ts';
import type { Reports } from '#src/services/reports.ts';
import type { SettlementLane } from '#src/services/signer-status.ts';
import type { Resources } from '#src/services/resources.ts';

/** All that the plane is handed. */
export type FacilitatorServices = {
  payments: Payments;
  networks: PaymentNetworks;
  assets: PaymentAssets;
  accounts: Accounts;
  clients: MerchantClients;
  resources: Resources;
  discovery: Discovery;
  reports: Reports;
  pauses: NetworkPauses;
  audit: Pick<AuditRepository, 'list'>;
  signerStatus(): Promise<SettlementLane[]>;
  /** The parts without which this replica should get no requests. */
  missing(): Promise<Part[]>;
  tokens: { access: TokenFamily; refresh: TokenFamily };
  /** The static admin token. */
  adminToken: string;
  version: string;
  clock: Clock;
  startedAt: Date;
  /** Metrics in the Prometheus text format. */
  metrics(): Promise<string>;
  /** Rejects when the database does not answer soon. */
  pingDatabase(): Promise<void>;
};
