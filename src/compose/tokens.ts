import { createTokenContracts } from '#src/chain/tokens/platform.ts';
import type { Store } from '#src/db/store.ts';
import type { Journal } from '#src/services/journal.ts';
import { createBatches } from '#src/services/tokens/batches.ts';
import { createGasEstimates } from '#src/services/tokens/gas-estimates.ts';
import { createTokenReads } from '#src/services/tokens/reads.ts';
import { createTransactionActions } from '#src/services/transaction-actions.ts';
import { createPlatformTokens } from '#src/services/tokens/tokens.ts';
import { createTokenMoves } from '#src/services/tokens/moves.ts';
import { createWriter } from '#src/services/writes.ts';
import type { AccountParts } from './accounts.ts';
import type { Kernel } from './kernel.ts';

/** Tokens of the platform and what is done with them. */
export function composeTokens(
  { store, clients, clock }: Kernel,
  { wallets, preflight, sponsorship, estimate }: AccountParts,
  journal: Journal,
) {
  const writer = createWriter<Store>({ store, journal, sponsorship, now: () => clock.now() });
  const contracts = createTokenContracts(clients);
  const platformTokens = createPlatformTokens({ store, writer, wallets, contracts, preflight, clock });
  const tokenMoves = createTokenMoves({
    store,
    writer,
    wallets,
    contracts,
    preflight,
    tokens: platformTokens,
  });
  const tokenReads = createTokenReads({ store, contracts, tokens: platformTokens });
  const transactionActions = createTransactionActions({ store, writer, journal, preflight, clock });
  const batches = createBatches({ store, journal, sponsorship, moves: tokenMoves, preflight, clock });
  const gasEstimates = createGasEstimates({ moves: tokenMoves, tokens: platformTokens, preflight, estimate });
  return {
    batches,
    gasEstimates,
    platformTokens,
    tokenMoves,
    tokenReads,
    transactionActions,
    transactions: store.transactions,
    journal,
  };
}
