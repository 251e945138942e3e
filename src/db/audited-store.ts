import { type Audited, auditedNow } from '#src/core/audit.ts';
import type { Clock } from '#src/core/clock.ts';
import { newId } from '#src/core/ids.ts';
import type { Store } from './store.ts';

type Areas = Omit<Store, 'transaction'>;
type Methods = { [A in keyof Areas]?: readonly (keyof Areas[A])[] };

/** What writes that an audited request makes; the first one of a request is its entry's. */
const changes = {
  apiClients: ['insert', 'update', 'rotate', 'revoke'],
  apiKeys: ['insert', 'update', 'rotate', 'revoke'],
  clientTokens: ['insert'],
  logInAttempts: ['clear'],
  merchantClients: ['insert', 'rotate', 'revoke'],
  networkPauses: ['set'],
  passkeys: ['insert', 'delete'],
  paymentAssets: ['insert', 'update', 'delete'],
  sessions: ['revoke'],
  tenants: ['rename'],
  users: ['insert', 'update', 'delete'],
  webhookEndpoints: ['insert', 'update', 'delete'],
} as const satisfies Methods;

type Method = (...args: unknown[]) => Promise<unknown>;

/** The same store; in an audited request a change and its audit entry are one database transaction. */
export function withAudit(store: Store, clock: Clock): Store {
  const areas = Object.entries(changes).map(([area, methods]) => {
    const own = methods.map((method) => [method, audited(store, clock, area as keyof Areas, method)]);
    const get = () => ({ ...store[area as keyof Areas], ...Object.fromEntries(own) });
    return [area, { get, enumerable: true }];
  });
  const transaction: Store['transaction'] = (fn) => store.transaction((tx) => fn(withAudit(tx, clock)));
  // The other repositories are the store's own, made at first use.
  return Object.create(store, {
    ...Object.fromEntries(areas),
    transaction: { value: transaction, enumerable: true },
  }) as Store;
}

function audited(store: Store, clock: Clock, area: keyof Areas, method: string): Method {
  const change = (of: Store, args: unknown[]) =>
    (of[area] as unknown as Record<string, Method>)[method]?.(...args);
  return async (...args) => {
    const now = auditedNow();
    if (!now || now.written) return change(store, args);
    const result = await store.transaction(async (tx) => {
      const done = await change(tx, args);
      // A resumed network answers null, too: it was changed all the same.
      if (area === 'networkPauses' || (done !== null && done !== false)) await write(tx, clock, now, done);
      return done;
    });
    return result;
  };
}

async function write(tx: Store, clock: Clock, now: Audited, made: unknown): Promise<void> {
  const { target, ...fact } = now.fact;
  const { clientId, id } = (made ?? {}) as { clientId?: string; id?: string | number };
  await tx.audit.insert({
    ...fact,
    id: newId('aud'),
    target: target ?? String(clientId ?? id ?? ''),
    at: clock.now(),
  });
  now.written = true;
}
