import { createHmac, createSecretKey, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import type { Address } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import type { MerchantClient, MerchantClientRepository } from '#src/core/ports/merchant-clients.ts';

export type MerchantClientsOptions = {
  store: { merchantClients: MerchantClientRepository };
  clock: Clock;
  /** Signs client tokens. */
  secret: Uint8Array;
};

export type NewClient = {
  title: string;
  /** Granted operations; all when absent. */
  scopes?: readonly string[];
  ttlHours?: number;
  payTo?: readonly Address[];
  quotaPerMinute?: number;
};

/** A key with its token, which is told this once. */
export type WithToken = { client: MerchantClient; token: string };

export type MerchantClients = {
  create(userId: number, input: NewClient): Promise<WithToken>;
  /** Of everybody when `userId` is null. */
  list(userId: number | null, page: { offset: number; limit: number }): Promise<MerchantClient[]>;
  /** @throws not_found */
  rotate(userId: number | null, clientId: string, graceHours: number): Promise<WithToken>;
  /** Answers when no replica takes the key any more. @throws not_found */
  revoke(userId: number | null, clientId: string): Promise<void>;
  /** @throws invalid_token, token_expired, principal_revoked */
  authenticate(clientId: string, token: string): Promise<MerchantClient>;
};

/** What a client key may be granted. */
export const merchantScopes = ['verify', 'settle'] as const;

const hourMs = 3_600_000;

/** Merchants' keys. A token is `generation.random.hmac`, so a forged one is refused without the database. */
export function createMerchantClients({ store, clock, secret }: MerchantClientsOptions): MerchantClients {
  const fresh = createFresh((clientId) => store.merchantClients.find(clientId));
  // A key that is prepared once: from bytes each HMAC would cost five times as much.
  const key = createSecretKey(secret);
  const sign = (clientId: string, generation: number, random: string) =>
    createHmac('sha256', key).update(`client-token ${clientId} ${generation} ${random}`).digest();
  const issue = (client: MerchantClient): WithToken => {
    const random = randomBytes(16).toString('base64url');
    const mac = sign(client.clientId, client.generation, random).toString('base64url');
    return { client, token: `${client.generation}.${random}.${mac}` };
  };
  /** Generations of genuine tokens, by hash. */
  const genuine = new LRUCache<string, number>({ max: 10_000 });
  const generationOf = (clientId: string, token: string): number | null => {
    const name = hash('sha256', `${clientId} ${token}`);
    const known = genuine.get(name);
    if (known !== undefined) return known;
    const generation = readToken(clientId, token);
    if (generation !== null) genuine.set(name, generation);
    return generation;
  };
  const readToken = (clientId: string, token: string): number | null => {
    const found = /^([0-9]{1,9})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(token);
    if (!found) return null;
    const [, generation, random, mac] = found as unknown as [string, string, string, string];
    const given = Buffer.from(mac, 'base64url');
    const wanted = sign(clientId, Number(generation), random);
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? Number(generation) : null;
  };
  return {
    async create(userId, { title, scopes = merchantScopes, ttlHours, payTo, quotaPerMinute }) {
      const now = clock.now();
      const client = await store.merchantClients.insert(
        {
          clientId: newId('mc'),
          userId,
          title,
          scopes: [...new Set(scopes)],
          payTo: payTo ?? null,
          quotaPerMinute: quotaPerMinute ?? null,
          expiresAt: ttlHours === undefined ? null : new Date(now.getTime() + ttlHours * hourMs),
        },
        now,
      );
      return issue(client);
    },
    list: (userId, page) => store.merchantClients.list(userId, page),
    async rotate(userId, clientId, graceHours) {
      const now = clock.now();
      const until = new Date(now.getTime() + graceHours * hourMs);
      const client = await store.merchantClients.rotate(userId, clientId, until, now);
      if (!client) throw fail('not_found', { resource: 'client' });
      await fresh.forget(clientId);
      return issue(client);
    },
    async revoke(userId, clientId) {
      if (!(await store.merchantClients.revoke(userId, clientId, clock.now()))) {
        throw fail('not_found', { resource: 'client' });
      }
      await fresh.forget(clientId);
    },
    async authenticate(clientId, token) {
      const generation = generationOf(clientId, token);
      if (generation === null) throw fail('invalid_token', { message: 'Invalid client ID or token' });
      const client = await fresh.get(clientId);
      if (!client) throw fail('invalid_token', { message: 'Invalid client ID or token' });
      check(client, generation, clock.now());
      return client;
    },
  };
}

function check(client: MerchantClient, generation: number, now: Date): void {
  if (client.revokedAt) throw fail('principal_revoked', { message: 'The client key was revoked' });
  if (client.expiresAt && client.expiresAt <= now) {
    throw fail('token_expired', { message: 'The client key has expired' });
  }
  if (generation === client.generation) return;
  const end =
    generation === client.generation - 1
      ? client.previousUntil
      : client.older.find((one) => one.generation === generation)?.expiresAt;
  if (!end || end <= now) throw fail('invalid_token', { message: 'The client token was replaced' });
}
