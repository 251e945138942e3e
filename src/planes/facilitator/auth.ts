import type { FastifyRequest } from 'fastify';
import { fail } from '#src/core/errors.ts';
import { principal } from '#src/core/principal.ts';
import { sameSecret } from '#src/core/secrets.ts';
import type { Address } from '#src/core/hex.ts';
import type { Authenticator } from '#src/http/plane.ts';
import type { Principal } from '#src/core/principal.ts';
import type { FacilitatorServices } from './services.ts';

const clientPerMinute = 60_000;
const userPerMinute = 300;
const adminPerMinute = 600;

/** Journal owner of all that a user and its client keys do. */
export function ownerOf(userId: number): string {
  return `user:${userId}`;
}

function bearer(request: FastifyRequest): string | null {
  const found = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '');
  return found?.[1] ?? null;
}

/** The plane's three kinds of callers: merchants' keys, people, operators. */
export function facilitatorAuth(services: FacilitatorServices): Record<string, Authenticator> {
  return {
    client: (request) => authenticateClient(services, request),
    user: (request) => authenticateUser(services, request),
    async admin(request) {
      const token = bearer(request);
      if (token === null) return undefined;
      if (!sameSecret(token, services.adminToken)) throw fail('invalid_credentials');
      return principal({ kind: 'operator', id: 'admin', scopes: '*', perMinute: adminPerMinute });
    },
  };
}

async function authenticateClient({ clients }: FacilitatorServices, request: FastifyRequest) {
  const id = request.headers['x-client-id'];
  const token = request.headers['x-client-token'];
  if (id === undefined && token === undefined) return undefined;
  if (typeof id !== 'string' || typeof token !== 'string' || id.length > 64) {
    throw fail('missing_credentials', { message: 'X-Client-ID and X-Client-Token are both required' });
  }
  const client = await clients.authenticate(id, token);
  return principal({
    kind: 'merchant',
    id: client.clientId,
    owner: ownerOf(client.userId),
    scopes: client.scopes,
    perMinute: client.quotaPerMinute ?? clientPerMinute,
    facts: { payTo: client.payTo, userId: client.userId },
  });
}

async function authenticateUser({ accounts, tokens }: FacilitatorServices, request: FastifyRequest) {
  const token = bearer(request);
  if (token === null) return undefined;
  const claims = tokens.access.verify(token);
  const user = await accounts.find(Number(claims.sub));
  if (!user) throw fail('principal_revoked', { message: 'The account does not exist any more' });
  return principal({
    kind: 'user',
    id: String(user.id),
    owner: ownerOf(user.id),
    scopes: '*',
    perMinute: userPerMinute,
    facts: { isAdmin: user.isAdmin },
  });
}

/** The user id of a `user` principal. */
export function userIdOf(who: Principal): number {
  return Number(who.id);
}

/** The user that a client key belongs to. */
export function userOf(who: Principal): number {
  return who.facts['userId'] as number;
}

/** Whose rows a user may see: its own, or (null) everybody's for an admin. */
export function visibleTo(who: Principal): number | null {
  return who.facts['isAdmin'] === true ? null : userIdOf(who);
}

/** A client key as payments know it. */
export function merchantOf(who: Principal) {
  const payTo = who.facts['payTo'] as readonly Address[] | null;
  return { owner: who.owner, clientId: who.id, payTo };
}
