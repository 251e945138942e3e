import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import { newId } from '#src/core/ids.ts';
import { inIpList, isIpBlock } from '#src/core/ip-list.ts';
import type {
  ApiKey,
  ApiKeyChange,
  ApiKeyRepository,
  ApiKeyType,
  ApiKeyWithSecrets,
  Environment,
  OpenedKey,
} from '#src/core/ports/api-keys.ts';
import { hashSecret, newSecret, readSecret } from '#src/core/secrets.ts';

export type ApiKeyInput = { name: string; type: ApiKeyType; environment: Environment } & ApiKeyChange;
export type ApiKeyPage = { data: ApiKeyWithSecrets[]; hasMore: boolean; total: number };

/** Keys of tenants. Every change answers when all replicas feel it. */
export type ApiKeys = {
  /** The secret is told here and never again. @throws validation */
  create(tenantId: string, input: ApiKeyInput): Promise<{ key: ApiKeyWithSecrets; secret: string }>;
  list(tenantId: string, page: { after?: string; limit: number }): Promise<ApiKeyPage>;
  /** @throws not_found */
  get(tenantId: string, id: string): Promise<ApiKeyWithSecrets>;
  /** @throws not_found, validation */
  update(tenantId: string, id: string, change: ApiKeyChange): Promise<ApiKeyWithSecrets>;
  /** The secret before works for `graceSeconds`. @throws not_found · conflict when the key is revoked */
  rotate(
    tenantId: string,
    id: string,
    graceSeconds: number,
  ): Promise<{ key: ApiKeyWithSecrets; secret: string }>;
  /** @throws not_found */
  revoke(tenantId: string, id: string): Promise<ApiKeyWithSecrets>;
  /** What a secret opens for a caller from `ip`. @throws invalid_token, principal_revoked, key_expired, ip_not_allowed */
  authenticate(secret: string, ip: string): Promise<ApiKey>;
};

export type ApiKeysOptions = {
  store: { apiKeys: ApiKeyRepository };
  clock: Clock;
  /** Key of the secrets' hashes. */
  pepper: Uint8Array;
  /** Told of every use by the secret's hash. */
  onUse(hash: string): void;
};

/** The letter that tells a platform key from other secrets of the same prefix. */
const letter = 'k';

function makeSecret({ type, environment }: Pick<ApiKey, 'type' | 'environment'>): string {
  const prefix = `${type === 'secret' ? 'sk' : 'pk'}_${environment}_`;
  return newSecret({ prefix, letter });
}

const hintOf = (secret: string): string => `${secret.slice(0, 12)}…${secret.slice(-4)}`;

export function createApiKeys({ store, clock, pepper, onUse }: ApiKeysOptions): ApiKeys {
  const fresh = createFresh((hash) => store.apiKeys.findBySecret(hash));
  const stored = (secret: string) => ({ hash: hashSecret(pepper, secret), hint: hintOf(secret) });
  const get = async (tenantId: string, id: string): Promise<ApiKeyWithSecrets> => {
    const key = await store.apiKeys.find(tenantId, id, clock.now());
    if (!key) throw missing();
    return key;
  };
  return {
    async create(tenantId, input) {
      checkChange(input, clock);
      const { name, type, environment } = input;
      const { scopes = null, expiresAt = null, allowedIps = [], rateLimit = null } = input;
      const facts = { name, type, environment, scopes: scopes && [...new Set(scopes)], expiresAt };
      const secret = makeSecret(input);
      const id = newId('ak');
      const row = { ...facts, id, tenantId, allowedIps, rateLimit };
      return { key: await store.apiKeys.insert(row, stored(secret), clock.now()), secret };
    },
    async list(tenantId, page) {
      const { keys, total } = await store.apiKeys.list(tenantId, page, clock.now());
      return { data: keys.slice(0, page.limit), hasMore: keys.length > page.limit, total };
    },
    get,
    async update(tenantId, id, change) {
      checkChange(change, clock);
      if (!(await store.apiKeys.update(tenantId, id, change, clock.now()))) throw missing();
      await fresh.forget(id);
      return get(tenantId, id);
    },
    async rotate(tenantId, id, graceSeconds) {
      const { type, environment, revokedAt } = await get(tenantId, id);
      if (revokedAt) throw revoked();
      const secret = makeSecret({ type, environment });
      const until = new Date(clock.now().getTime() + graceSeconds * 1000);
      if (!(await store.apiKeys.rotate(tenantId, id, stored(secret), until, clock.now()))) throw revoked();
      await fresh.forget(id);
      return { key: await get(tenantId, id), secret };
    },
    async revoke(tenantId, id) {
      if (!(await store.apiKeys.revoke(tenantId, id, clock.now()))) throw missing();
      await fresh.forget(id);
      return get(tenantId, id);
    },
    async authenticate(secret, ip) {
      if (readSecret(secret)?.letter !== letter) throw invalid();
      const hash = hashSecret(pepper, secret);
      const opened = await fresh.get(hash);
      if (!opened) throw invalid();
      check(opened, ip, clock.now());
      onUse(hash);
      return opened.key;
    },
  };
}

function check({ key, secretExpiresAt, deserted }: OpenedKey, ip: string, now: Date): void {
  if (key.revokedAt || deserted) throw fail('principal_revoked', { message: 'The API key was revoked' });
  if (secretExpiresAt && secretExpiresAt <= now) {
    throw fail('invalid_token', { message: 'The API key was replaced and its grace period is over' });
  }
  if (key.expiresAt && key.expiresAt <= now) throw fail('key_expired');
  if (key.allowedIps.length > 0 && !inIpList(key.allowedIps, ip)) throw fail('ip_not_allowed');
}

/** @throws validation for what can't be an address, or an expiry that has passed */
function checkChange({ allowedIps = [], expiresAt }: ApiKeyChange, clock: Clock): void {
  const wrong = allowedIps.findIndex((block) => !isIpBlock(block));
  if (wrong >= 0) {
    const field = `allowed_ips.${wrong}`;
    throw fail('validation', { field, message: `${field} is no IP address or CIDR range` });
  }
  if (expiresAt && expiresAt <= clock.now()) {
    throw fail('validation', { field: 'expires_at', message: 'expires_at must be in the future' });
  }
}

const missing = () => fail('not_found', { resource: 'api_key' });
const invalid = () => fail('invalid_token', { message: 'Invalid API key' });
const revoked = () => fail('conflict', { resource: 'api_key', message: 'The API key was revoked' });
