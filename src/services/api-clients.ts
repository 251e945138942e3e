import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Fresh } from '#src/core/fresh.ts';
import { createFresh } from '#src/core/fresh.ts';
import { newId } from '#src/core/ids.ts';
import { isIpBlock } from '#src/core/ip-list.ts';
import type {
  ApiClient,
  ApiClientChange,
  ApiClientRepository,
  NewApiClient,
} from '#src/core/ports/api-clients.ts';
import { hashSecret, newSecret, readSecret, sameSecret } from '#src/core/secrets.ts';

export type ApiClientInput = Pick<ApiClient, 'name' | 'scopes' | 'tier'> &
  Partial<Pick<ApiClient, 'allowedOrigins' | 'allowedIps' | 'expiresAt'>>;

/** Apps that may use the adapter: their secrets, tokens and what an operator allows them. */
export type ApiClients = {
  /** The secret is told here and never again. */
  register(input: ApiClientInput): Promise<{ client: ApiClient; secret: string }>;
  /** @throws invalid_credentials, principal_revoked */
  authenticate(id: string, secret: string): Promise<ApiClient>;
  /** The client of a token that has been verified, at most half a second old. @throws principal_revoked, invalid_token */
  ofToken(id: string, jti: string): Promise<ApiClient>;
  /** Resolves once no replica accepts the token any more. */
  revokeToken(id: string, jti: string, expiresAt: Date): Promise<void>;
};

export type ApiClientPorts = {
  store: { apiClients: ApiClientRepository };
  clock: Clock;
  /** Key of the secrets' hashes. */
  pepper: Uint8Array;
  /** How long a check may be remembered, ms (default 500). */
  freshMs?: number;
};

/** The letter after `sk_live_` that tells a client's secret from other keys. */
const secretKind = { prefix: 'sk_live_', letter: 'c' };

type Known = { client: ApiClient; tokenRevoked: boolean } | null;

export function createApiClients({ store, clock, pepper, freshMs }: ApiClientPorts): ApiClients {
  const tokens: Fresh<string, Known> = createFresh<string, Known>((key) => {
    const [id = '', jti = ''] = key.split(' ');
    return store.apiClients.findByToken(id, jti);
  }, freshMs);

  return {
    async register(input) {
      checkIps(input);
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
    async authenticate(id, secret) {
      if (readSecret(secret)?.letter !== secretKind.letter) throw fail('invalid_credentials');
      const known = await store.apiClients.findWithSecrets(id, clock.now());
      const hash = hashSecret(pepper, secret);
      if (!known?.hashes.some((one) => sameSecret(one, hash))) throw fail('invalid_credentials');
      return active(known.client, clock);
    },
    async ofToken(id, jti) {
      const known = await tokens.get(`${id} ${jti}`);
      if (!known || known.tokenRevoked) throw fail('invalid_token');
      return active(known.client, clock);
    },
    async revokeToken(id, jti, expiresAt) {
      await store.apiClients.insertRevokedToken(jti, expiresAt);
      await tokens.forget(`${id} ${jti}`);
    },
  };
}

function active(client: ApiClient, clock: Clock): ApiClient {
  const expired = client.expiresAt !== null && client.expiresAt <= clock.now();
  if (client.revokedAt || expired) throw fail('principal_revoked');
  return client;
}

function checkIps({ allowedIps = [] }: Pick<ApiClientChange, 'allowedIps'>): void {
  const wrong = allowedIps.findIndex((block) => !isIpBlock(block));
  if (wrong < 0) return;
  const field = `allowedIps.${wrong}`;
  throw fail('validation', { field, message: `${field} is no IP address or CIDR range` });
}
