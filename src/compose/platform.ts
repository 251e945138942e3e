import { createTokenFamily } from '#src/http/tokens.ts';
import type { Log } from '#src/http/logging.ts';
import type { Plane } from '#src/http/plane.ts';
import { platformPlane } from '#src/planes/platform/index.ts';
import type { Accounts } from '#src/services/accounts.ts';
import { createApiKeys } from '#src/services/api-keys.ts';
import type { Journal } from '#src/services/journal.ts';
import { createLastUsed } from '#src/services/last-used.ts';
import { createReports } from '#src/services/reports.ts';
import { createSessions } from '#src/services/sessions.ts';
import { createTenantWallets } from '#src/services/tenant-wallets.ts';
import type { AccountParts } from './accounts.ts';
import type { EventParts } from './events.ts';
import { type Kernel, pepperOf } from './kernel.ts';
import { composeSignIn } from './sign-in.ts';
import type { Operators } from './operators.ts';
import { composeTokens } from './tokens.ts';

function tokenFamilies({ config, secrets, clock }: Kernel) {
  const previous = config.env.JWT_SECRET_PREVIOUS;
  const common = {
    secrets: [secrets.JWT_SECRET, ...(previous ? [previous] : [])] as [string, ...string[]],
    issuer: 'chronos-platform',
    audience: 'chronos-platform',
    clock,
  };
  return {
    access: createTokenFamily({ ...common, name: 'platform-access', ttlSeconds: 3_600 }),
    refresh: createTokenFamily({ ...common, name: 'platform-refresh', ttlSeconds: 7 * 24 * 3_600 }),
  };
}

export type PlatformParts = {
  accounts: Accounts;
  wallets: AccountParts;
  operators: Operators;
  events: Pick<EventParts, 'events' | 'eventStream' | 'webhooks'>;
  journal: Journal;
  settles: boolean;
  log: Log;
};

/** The platform plane on the kernel's parts. */
export function composePlatform(
  kernel: Kernel,
  {
    accounts,
    wallets,
    operators,
    journal,
    events: { events, eventStream, webhooks },
    settles,
    log,
  }: PlatformParts,
): { plane: Plane; stop(): Promise<void> } {
  const { store, clock, networks } = kernel;
  const signIn = composeSignIn(kernel, accounts, log);
  const lastUsed = createLastUsed({ store, clock, log, flushMs: 2_000 });
  const plane = platformPlane({
    ...composeTokens(kernel, wallets, journal),
    accounts,
    apiKeys: createApiKeys({
      store,
      clock,
      pepper: pepperOf(kernel),
      onUse: (hash) => lastUsed.note(hash),
    }),
    reports: createReports({ store, usage: kernel.usage, clock }),
    sessions: createSessions({ store, clock }),
    ...signIn.services,
    tenantWallets: createTenantWallets({ store, wallets: wallets.wallets, clock }),
    holdings: wallets.tokens.holdings,
    signer: wallets.signer,
    tenants: store.tenants,
    users: store.users,
    tokens: tokenFamilies(kernel),
    events,
    eventStream,
    webhooks,
    networks,
    head: operators.head,
    isPaused: operators.pauses.isPaused,
    settles,
    clock,
  });
  return {
    plane,
    async stop() {
      await signIn.stop();
      await lastUsed.stop();
    },
  };
}
