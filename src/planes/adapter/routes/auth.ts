import { issueToken, registerClient, revokeToken } from '#schemas/adapter/auth.ts';
import { fail } from '#src/core/errors.ts';
import { bind } from '#src/http/route.ts';
import { checkAddress } from '../auth.ts';
import type { AdapterServices } from '../index.ts';

/** Client registration and access tokens. */
export const authRoutes = ({ clients, tokens }: AdapterServices) => [
  bind(registerClient, async ({ body: { expiresAt, ...input } }) => {
    const { client, secret } = await clients.register({
      ...input,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    });
    const { id, name, scopes, tier } = client;
    return {
      success: true as const,
      client: { clientId: id, clientSecret: secret, name, scopes: [...scopes], tier: tier as 'starter' },
    };
  }),
  bind(issueToken, async ({ body, request }) => {
    const client = await clients.authenticate(body.clientId, body.clientSecret, request.ip);
    checkAddress(client, request);
    const scopes = narrowed(client.scopes, body.scope);
    return {
      success: true as const,
      accessToken: tokens.sign({ sub: client.id, scopes, tier: client.tier }),
      tokenType: 'Bearer' as const,
      expiresIn: tokens.ttlSeconds,
      scope: scopes.join(' '),
    };
  }),
  bind(revokeToken, async ({ principal }) => {
    const { jti, exp } = principal.facts as { jti: string; exp: number };
    await clients.revokeToken(principal.id, jti, new Date(exp * 1000));
    return { success: true as const, revoked: true as const };
  }),
];

/** The scopes asked for, all when none were. @throws insufficient_scope */
function narrowed(allowed: readonly string[], asked: string | undefined): string[] {
  const wanted = asked?.split(' ').filter((scope) => scope !== '') ?? [];
  const refused = wanted.find((scope) => !allowed.includes(scope));
  if (refused !== undefined) {
    throw fail('insufficient_scope', {
      message: `The client does not have the scope ${refused}`,
      details: { requiredScope: refused },
    });
  }
  return wanted.length > 0 ? allowed.filter((scope) => wanted.includes(scope)) : [...allowed];
}
