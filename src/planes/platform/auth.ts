import type { FastifyRequest } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import { isWrite } from '#schemas/platform/plane.ts';
import { fail } from '#src/core/errors.ts';
import type { ApiKey } from '#src/core/ports/api-keys.ts';
import type { User } from '#src/core/ports/users.ts';
import { principal } from '#src/core/principal.ts';
import type { Authenticator } from '#src/http/plane.ts';
import type { PlatformServices } from './services.ts';

const keyPerMinute = 500;
const userPerMinute = 300;

/** Journal owner of all that a key of a tenant does; the two environments never meet. */
export function ownerOf({ tenantId, environment }: Pick<ApiKey, 'tenantId' | 'environment'>): string {
  return `tenant:${tenantId}:${environment}`;
}

function bearer(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const found = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
  if (!found) throw fail('invalid_token');
  return found;
}

const isKey = (text: string): boolean => /^[sp]k_/.test(text);

/** The plane's two kinds of callers: servers by their key, people by the access token of a session. */
export function platformAuth(
  services: Pick<PlatformServices, 'apiKeys' | 'sessions' | 'tokens'>,
): Record<'key' | 'user', Authenticator> {
  const { apiKeys, sessions, tokens } = services;
  return {
    async key(request) {
      const secret = bearer(request);
      if (secret === undefined) return undefined;
      if (!isKey(secret)) throw fail('invalid_token', { message: 'This endpoint takes an API key' });
      const key = await apiKeys.authenticate(secret, request.ip);
      return principal({
        kind: 'key',
        id: key.id,
        owner: ownerOf(key),
        scopes: key.scopes ?? '*',
        perMinute: key.rateLimit ?? keyPerMinute,
        facts: { tenantId: key.tenantId, environment: key.environment, type: key.type },
      });
    },
    async user(request) {
      const token = bearer(request);
      if (token === undefined) return undefined;
      if (isKey(token)) throw fail('invalid_token', { message: 'This endpoint takes the JWT of a session' });
      const claims = tokens.access.verify(token);
      const { session, user } = await sessions.find(String(claims['sid']));
      return principal({
        kind: 'user',
        id: user.publicId,
        owner: `tenant:${user.tenantId}`,
        scopes: [],
        perMinute: userPerMinute,
        facts: { tenantId: user.tenantId, sessionId: session.id, user: user satisfies User },
      });
    },
  };
}

/** Publishable keys only read, whatever scopes they were granted. @throws secret_key_required */
export function requireSecretKey(request: FastifyRequest, operation: Operation): void {
  if (isWrite(operation) && request.principal.facts['type'] === 'publishable') {
    throw fail('secret_key_required');
  }
}
