import type { Clock } from '#src/core/clock.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import type { Networks } from '#src/core/networks.ts';
import type { TenantRepository } from '#src/core/ports/tenants.ts';
import type { TokenPort } from '#src/core/ports/tokens.ts';
import type { UserRepository } from '#src/core/ports/users.ts';
import type { WalletSigner } from '#src/core/ports/wallet-signer.ts';
import type { TokenFamily } from '#src/http/tokens.ts';
import type { Accounts } from '#src/services/accounts.ts';
import type { ApiKeys } from '#src/services/api-keys.ts';
import type { Passkeys, RelyingParty } from '#src/services/passkeys.ts';
import type { PasswordResets } from '#src/services/password-resets.ts';
import type { Journal } from '#src/services/journal.ts';
import type { Reports } from '#src/services/reports.ts';
import type { Events } from '#src/services/events.ts';
import type { EventStream } from '#src/services/events/stream.ts';
import type { Sessions } from '#src/services/sessions.ts';
import type { TenantWallets } from '#src/services/tenant-wallets.ts';
import type { WalletSignIn } from '#src/services/wallet-sign-in.ts';
import type { Webhooks } from '#src/services/webhooks.ts';
import type { TokenMoves } from '#src/services/tokens/moves.ts';
import type { Batches } from '#src/services/tokens/batches.ts';
import type { Nfts } from '#src/services/nfts/nfts.ts';
import type { GasEstimates } from '#src/services/tokens/gas-estimates.ts';
import type { TokenHolders } from '#src/services/tokens/holders.ts';
import type { TokenReads } from '#src/services/tokens/reads.ts';
import type { TransactionActions } from '#src/services/transaction-actions.ts';
import type { PlatformTokens } from '#src/services/tokens/tokens.ts';

/** All that the plane is handed. */
export type PlatformServices = {
  accounts: Accounts;
  apiKeys: ApiKeys;
  reports: Pick<Reports, 'requests'>;
  sessions: Sessions;
  walletSignIn: WalletSignIn;
  passkeys: Passkeys;
  passwordResets: PasswordResets;
  /** Where people sign in. */
  dashboards: RelyingParty;
  /** Origins of pages that may read with publishable keys; `*` = all. */
  pageOrigins: readonly string[];
  tenants: TenantRepository;
  users: Pick<UserRepository, 'update' | 'find'>;
  tokens: { access: TokenFamily; refresh: TokenFamily };
  tenantWallets: TenantWallets;
  holdings: TokenPort['holdings'];
  signer: WalletSigner;
  networks: Networks;
  platformTokens: PlatformTokens;
  tokenMoves: TokenMoves;
  nfts: Nfts;
  tokenReads: TokenReads;
  tokenHolders: TokenHolders;
  batches: Batches;
  gasEstimates: GasEstimates;
  transactionActions: TransactionActions;
  transactions: Pick<TransactionRepository, 'find' | 'list' | 'count'>;
  journal: Pick<Journal, 'wait'>;
  /** Latest block, or null while the network does not answer. */
  head(network: string): Promise<bigint | null>;
  isPaused(network: string): Promise<boolean>;
  /** Payments are settled at all. */
  settles: boolean;
  events: Events;
  eventStream: EventStream;
  webhooks: Webhooks;
  clock: Clock;
};
