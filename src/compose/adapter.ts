import { createPayouts } from '#src/chain/payouts.ts';
import { createVouchers } from '#src/chain/vouchers.ts';
import type { Hex } from '#src/core/hex.ts';
import type { Store } from '#src/db/store.ts';
import type { Plane } from '#src/http/plane.ts';
import { createTokenFamily } from '#src/http/tokens.ts';
import { adapter } from '#src/planes/adapter/index.ts';
import { createApiClients } from '#src/services/api-clients.ts';
import { createClaimProofs } from '#src/services/claim-proofs.ts';
import { createClaimReleases } from '#src/services/claim-releases.ts';
import { createClaims } from '#src/services/claims.ts';
import { createClientTokens } from '#src/services/client-tokens.ts';
import type { Journal } from '#src/services/journal.ts';
import { createMints } from '#src/services/mints.ts';
import { createSecretGuesses } from '#src/services/secret-guesses.ts';
import { createTransfers } from '#src/services/transfers.ts';
import { createWriter } from '#src/services/writes.ts';
import type { AccountParts } from './accounts.ts';
import { type Kernel, pepperOf } from './kernel.ts';

/** The adapter plane with its services. */
export function composeAdapter(
  { config, secrets, clock, networks, store, clients }: Kernel,
  { wallets, tokens, preflight, sponsorship }: AccountParts,
  journal: Journal,
  mintSigner: Hex | undefined,
): Plane {
  const writer = createWriter<Store>({ store, journal, sponsorship, now: () => clock.now() });
  const vouchers = createVouchers({ networks, clients, signerKey: mintSigner });
  const clientTokens = createClientTokens({ store, vouchers, networks, clock });
  const payouts = createPayouts(networks, clients);
  const claims = createClaims({ store, writer, wallets, tokens, payouts, preflight, networks, clock });
  const previous = config.env.JWT_SECRET_PREVIOUS;
  return adapter({
    clients: createApiClients({
      store,
      guesses: createSecretGuesses({ store, clock }),
      clock,
      pepper: pepperOf({ config, secrets }),
    }),
    clientTokens,
    wallets,
    mints: createMints({ store, writer, wallets, vouchers, preflight, networks, clock, ...clientTokens }),
    claims,
    claimProofs: createClaimProofs({ claims, store, payouts, networks }),
    claimReleases: createClaimReleases({ claims, writer, payouts, preflight }),
    transfers: createTransfers({ writer, wallets, tokens, preflight, networks }),
    tokens: createTokenFamily({
      name: 'adapter-access',
      secrets: previous ? [secrets.JWT_SECRET, previous] : [secrets.JWT_SECRET],
      issuer: 'chronos-adapter',
      audience: 'blockchain-api',
      ttlSeconds: 3600,
      clock,
    }),
    holdings: tokens.holdings,
    transactions: store.transactions,
    journal,
    sponsorship,
    networks,
    clock,
    adminKey: secrets.ADMIN_MASTER_KEY,
  });
}
