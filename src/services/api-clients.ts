import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import { newId } from '#src/core/ids.ts';
import { isIpBlock } from '#src/core/ip-list.ts';
import type {
  ApiClient,
  ApiClientChange,
  ApiClientRepository,
  NewApiClient,
  RevokedTokenRepository,
} from '#src/core/ports/api-clients.ts';
import { isMethod } from '#src/core/sponsorship.ts';
import { hashSecret, newSecret, readSecret, sameSecret } from '#src/core/secrets.ts';
import type { SecretGuesses } from './secret-guesses.ts';

export type ApiClientInput = Pick<ApiClient, 'name' | 'scopes' | 'tier'> &
  Partial<Pick<ApiClient, 'allowedOrigins' | 'allowedIps' | 'expiresAt'>>;

/** Apps that may use the adapter: their secrets, tokens and what an operator allows them. */
export type ApiClients = {
  /** The secret is told here and never again. */
  register(input: ApiClientInput): Promise<{ client: ApiClient; secret: string }>;
  /** `from` is the caller's IP. @throws invalid_credentials, principal_revoked, rate_limited (only for what `from` sent) */
  authenticate(id: string, secret: string, from: string): Promise<ApiClient>;
  /** The client of a token that has been verified, at most half a second old. @throws principal_revoked, invalid_token */
  ofToken(id: string, jti: string): Promise<ApiClient>;
  /** True when some active client lists the browser origin, as of at most half a second ago. */
  allowsOrigin(origin: string): Promise<boolean>;
  /** Newest first. */
  list(filter: { after?: string; limit: number }): Promise<ApiClient[]>;
  /** @throws not_found */
  get(id: string): Promise<ApiClient>;
  /** Resolves once every replica sees the change. @throws not_found, validation */
  update(id: string, change: ApiClientChange): Promise<ApiClient>;
  /** A new secret; the one before works for `graceSeconds`, with 0 no older one does either. @throws not_found, principal_revoked */
  rotate(id: string, graceSeconds: number): Promise<{ client: ApiClient; secret: string }>;
  /** For good. Resolves once no replica accepts a token of it any more. @throws not_found */
  revoke(id: string): Promise<ApiClient>;
  /** Resolves once no replica accepts the token any more. */
  revokeToken(id: string, jti: string, expiresAt: Date): Promise<void>;
};

export type ApiClientPorts = {
  store: { apiClients: ApiClientRepository; revokedTokens: RevokedTokenRepository };
  guesses: SecretGuesses;
  clock: Clock;
  /** Key of the secrets' hashes. */
  pepper: Uint8Array;
  /** How long a check may be remembered, ms (default 500). */
  freshMs?: number;
};

/** The letter after `sk_live_` that tells a client's secret from other keys. */
const secretKind = { prefix: 'sk_live_', letter: 'c' };

type Known = { client: ApiClient; tokenRevoked: boolean } | null;

export function createApiClients({ store, guesses, clock, pepper, freshMs }: ApiClientPorts): ApiClients {
  // A change is felt once what was remembered before its commit is too old, whatever the key: `forget` waits for that.
  const tokens = createFresh<string, Known>((key) => {
    const [id = '', jti = ''] = key.split(' ');
    return store.apiClients.findByToken(id, jti);
  }, freshMs);

  const origins = createFresh<string, boolean>(
    (origin) => store.apiClients.listsOrigin(origin, clock.now()),
    freshMs,
  );

  const opened = async (id: string, secret: string): Promise<ApiClient | null> => {
    if (readSecret(secret)?.letter !== secretKind.letter) return null;
    const known = await store.apiClients.findWithSecrets(id, clock.now());
    const hash = hashSecret(pepper, secret);
    return known?.hashes.some((one) => sameSecret(one, hash)) ? known.client : null;
  };

  return {
    async register(given) {
      const input = settled(given);
      const secret = newSecret(secretKind);
      const client: NewApiClient = {
        allowedOrigins: [],
        allowedIps: [],
        expiresAt: null,
        ...input,
        id: newId('client'),
        secretHash: hashSecret(pepper, secret),
      };
      return { client: await store.apiClients.insert(client, clock.now()), secret };
    },
    async authenticate(id, secret, from) {
      await guesses.admit(id, from);
      const client = await opened(id, secret);
      if (client) return active(client, clock);
      await guesses.count(id, from);
      throw fail('invalid_credentials');
    },
    async ofToken(id, jti) {
      const known = await tokens.get(`${id} ${jti}`);
      if (!known || known.tokenRevoked) throw fail('invalid_token');
      return active(known.client, clock);
    },
    allowsOrigin: (origin) => origins.get(origin),
    list: (filter) => store.apiClients.list(filter),
    get: async (id) => existing(await store.apiClients.find(id)),
    async update(id, change) {
      checkMethods(change);
      const client = existing(await store.apiClients.update(id, settled(change), clock.now()));
      await tokens.forget(id);
      return client;
    },
    async rotate(id, graceSeconds) {
      const { revokedAt } = existing(await store.apiClients.find(id));
      if (revokedAt) throw fail('principal_revoked');
      const secret = newSecret(secretKind);
      const now = clock.now();
      const until = new Date(now.getTime() + graceSeconds * 1000);
      const client = existing(await store.apiClients.rotate(id, hashSecret(pepper, secret), until, now));
      return { client, secret };
    },
    async revoke(id) {
      const client = existing(await store.apiClients.revoke(id, clock.now()));
      await tokens.forget(id);
      return client;
    },
    async revokeToken(id, jti, expiresAt) {
      await store.revokedTokens.insert(jti, expiresAt);
      await tokens.forget(id);
    },
  };
}

function active(client: ApiClient, clock: Clock): ApiClient {
  const expired = client.expiresAt !== null && client.expiresAt <= clock.now();
  if (client.revokedAt || expired) throw fail('principal_revoked');
  return client;
}

function existing(client: ApiClient | null): ApiClient {
  if (!client) throw fail('not_found', { resource: 'client' });
  return client;
}

/** Checked, with origins as browsers send them: lower case, no default port. @throws validation */
function settled<T extends Pick<ApiClientChange, 'allowedIps' | 'allowedOrigins'>>(change: T): T {
  checkIps(change);
  const { allowedOrigins } = change;
  if (!allowedOrigins) return change;
  const origins = allowedOrigins.map((text, i) => {
    if (URL.canParse(text)) return new URL(text).origin;
    const field = `allowedOrigins.${i}`;
    throw fail('validation', { field, message: `${field} is no origin, e.g. https://app.example.com` });
  });
  return { ...change, allowedOrigins: [...new Set(origins)] };
}

function checkIps({ allowedIps = [] }: Pick<ApiClientChange, 'allowedIps'>): void {
  const wrong = allowedIps.findIndex((block) => !isIpBlock(block));
  if (wrong < 0) return;
  const field = `allowedIps.${wrong}`;
  throw fail('validation', { field, message: `${field} is no IP address or CIDR range` });
}

function checkMethods({ sponsorship }: Pick<ApiClientChange, 'sponsorship'>): void {
  for (const [i, { methods = [] }] of (sponsorship?.allow ?? []).entries()) {
    const wrong = methods.findIndex((method) => !isMethod(method));
    if (wrong < 0) continue;
    const field = `sponsorship.allow.${i}.methods.${wrong}`;
    const message = `${field} is no selector and no canonical signature, e.g. transfer(address,uint256)`;
    throw fail('validation', { field, message });
  }
}
