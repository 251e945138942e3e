import { createTokenContracts } from '#src/chain/tokens/platform.ts';
import type { Store } from '#src/db/store.ts';
import type { Journal } from '#src/services/journal.ts';
import { createPlatformTokens } from '#src/services/tokens/tokens.ts';
import { createTokenMoves } from '#src/services/tokens/moves.ts';
import { createWriter } from '#src/services/writes.ts';
import type { AccountParts } from './accounts.ts';
import type { Kernel } from './kernel.ts';

/** Tokens of the platform and what is done with them. */
export function composeTokens(
  { store, clients, clock }: Kernel,
  { wallets, preflight, sponsorship }: AccountParts,
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
  return { platformTokens, tokenMoves, transactions: store.transactions, journal };
}
