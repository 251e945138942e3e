import type { FastifyRequest } from 'fastify';
import { fail } from '#src/core/errors.ts';
import { inIpList } from '#src/core/ip-list.ts';
import type { ApiClient } from '#src/core/ports/api-clients.ts';
import { principal } from '#src/core/principal.ts';
import { sameSecret } from '#src/core/secrets.ts';
import type { Authenticator } from '#src/http/plane.ts';
import type { TokenFamily } from '#src/http/tokens.ts';
import type { ApiClients } from '#src/services/api-clients.ts';

/** Requests a minute by tier. */
export type Tiers = Readonly<Record<string, number>>;

export const standardTiers: Tiers = { starter: 100, standard: 500, enterprise: 2000 };

/** Calls an operator may make a minute. */
const operatorPerMinute = 6000;

export type AuthPorts = {
  clients: Pick<ApiClients, 'ofToken'>;
  tokens: TokenFamily;
  adminKey: string;
  tiers: Tiers;
};

/** Refuses an address that the client does not list. @throws ip_not_allowed */
export function checkAddress(
  client: Pick<ApiClient, 'allowedIps'>,
  request: Pick<FastifyRequest, 'ip'>,
): void {
  if (client.allowedIps.length > 0 && !inIpList(client.allowedIps, request.ip)) throw fail('ip_not_allowed');
}

/** Operators by their key, apps by their access token. */
export function createAuthenticators(ports: AuthPorts): Record<'admin' | 'client', Authenticator> {
  return {
    async admin(request) {
      const key = request.headers['x-admin-key'];
      if (typeof key !== 'string') {
        throw fail('missing_credentials', { message: 'X-Admin-Key header not provided' });
      }
      if (!sameSecret(key, ports.adminKey)) throw fail('invalid_credentials', { message: 'Wrong admin key' });
      return principal({ kind: 'operator', id: 'admin', scopes: '*', perMinute: operatorPerMinute });
    },
    async client(request) {
      const { authorization } = request.headers;
      if (authorization === undefined) return undefined;
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
      if (!token) throw fail('invalid_token');
      const { sub, jti, exp, scopes } = ports.tokens.verify(token);
      const client = await ports.clients.ofToken(sub, jti);
      checkAddress(client, request);
      return principal({
        kind: 'client',
        id: client.id,
        // What the operator has taken away since is gone from the token, too.
        scopes: (scopes as string[]).filter((scope) => client.scopes.includes(scope)),
        perMinute: ports.tiers[client.tier] ?? 100,
        facts: { jti, exp, allowedOrigins: client.allowedOrigins },
      });
    },
  };
}
