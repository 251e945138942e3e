import { createTokenContracts } from '#src/chain/tokens/platform.ts';
import type { Store } from '#src/db/store.ts';
import type { Journal } from '#src/services/journal.ts';
import { createBatches } from '#src/services/tokens/batches.ts';
import { createGasEstimates } from '#src/services/tokens/gas-estimates.ts';
import { createTokenHolders } from '#src/services/tokens/holders.ts';
import { createTokenReads } from '#src/services/tokens/reads.ts';
import { createMetadataHost } from '#src/services/nfts/hosting.ts';
import { createNfts } from '#src/services/nfts/nfts.ts';
import { createTransactionActions } from '#src/services/transaction-actions.ts';
import { createPlatformTokens } from '#src/services/tokens/tokens.ts';
import { createTokenMoves } from '#src/services/tokens/moves.ts';
import { createWriter } from '#src/services/writes.ts';
import type { AccountParts } from './accounts.ts';
import type { Kernel } from './kernel.ts';

/** Tokens of the platform and what is done with them. */
export function composeTokens(
  { store, clients, clock, config }: Kernel,
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
    host: createMetadataHost(publicBase(config)),
    clock,
  });
  const nfts = createNfts({ store, moves: tokenMoves, contracts });
  const tokenReads = createTokenReads({ store, contracts, tokens: platformTokens });
  const tokenHolders = createTokenHolders({ store, tokens: platformTokens });
  const transactionActions = createTransactionActions({ store, writer, journal, preflight, clock });
  const batches = createBatches({ store, journal, sponsorship, moves: tokenMoves, preflight, clock });
  const gasEstimates = createGasEstimates({ moves: tokenMoves, tokens: platformTokens, preflight, estimate });
  return {
    batches,
    gasEstimates,
    nfts,
    platformTokens,
    tokenMoves,
    tokenReads,
    tokenHolders,
    transactionActions,
    transactions: store.transactions,
    journal,
  };
}

/** Where the outside reaches this server; in production only its operator knows. */
function publicBase({ env }: Kernel['config']): string | null {
  const { PUBLIC_URL, NODE_ENV, PORT } = env;
  if (PUBLIC_URL !== undefined) return PUBLIC_URL.replace(/\/+$/, '');
  return NODE_ENV === 'production' ? null : `http://localhost:${PORT}`;
}
