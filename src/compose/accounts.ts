import { createKeys } from '#src/chain/keys/keyring.ts';
import { createSimulator } from '#src/chain/simulate.ts';
import { createSmartAccounts } from '#src/chain/smart-accounts/accounts.ts';
import { createPreflight, createTokens } from '#src/chain/tokens.ts';
import { createEstimate } from '#src/chain/user-operations/estimate.ts';
import { createUserOperationExecutor } from '#src/chain/user-operations/executor.ts';
import { createFees } from '#src/chain/user-operations/fees.ts';
import { createQuote } from '#src/chain/user-operations/quote.ts';
import { createWalletSigner } from '#src/chain/wallet-signer.ts';
import { keySettings } from '#src/config/keys.ts';
import type { LaneExecutor } from '#src/core/journal.ts';
import type { EstimateOperation } from '#src/core/ports/gas-estimates.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { Preflight, TokenPort } from '#src/core/ports/tokens.ts';
import type { WalletSigner } from '#src/core/ports/wallet-signer.ts';
import { createSponsorship, type Sponsorship } from '#src/services/sponsorship.ts';
import { createWallets, type Wallets } from '#src/services/wallets.ts';
import type { Kernel } from './kernel.ts';

export type AccountParts = {
  keys: KeyProvider;
  wallets: Wallets;
  tokens: TokenPort;
  preflight: Preflight;
  sponsorship: Sponsorship;
  /** What operations would take and cost. */
  estimate: EstimateOperation;
  signer: WalletSigner;
  /** Of lanes `account:…`. */
  executor: LaneExecutor;
};

/** Smart accounts and what sends for them; shared by every plane that has wallets. */
export function composeAccounts({ store, clients, networks, clock, config, secrets }: Kernel): AccountParts {
  const keys = createKeys(keySettings(config, secrets));
  const accounts = createSmartAccounts(keys);
  const simulate = createSimulator();
  const fees = createFees(clients);
  const quote = createQuote(clients, fees);
  const sponsorship = createSponsorship({ store, quote, clock });
  const { gate } = sponsorship;
  return {
    keys,
    wallets: createWallets({ store, keys, accounts, clock }),
    tokens: createTokens(clients),
    preflight: createPreflight(clients, simulate),
    sponsorship,
    estimate: createEstimate(clients, quote, fees),
    signer: createWalletSigner({ keys, accounts, clients }),
    executor: createUserOperationExecutor({
      networks,
      clients,
      accounts,
      simulate,
      fees,
      gate,
      source: store.wallets,
      clock,
      patienceMs: config.env.OPERATION_PATIENCE_MS,
    }),
  };
}
