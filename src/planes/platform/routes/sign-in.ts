import type { FastifyRequest } from 'fastify';
import * as signIn from '#schemas/platform/sign-in.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { SessionMethod } from '#src/core/ports/sessions.ts';
import type { User } from '#src/core/ports/users.ts';
import type { Principal } from '#src/core/principal.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { userOf } from '../caller.ts';
import { page, presentPasskey, unix } from '../present.ts';
import type { PlatformServices } from '../services.ts';
import { originOf, sessionAnswer, shownUser } from './accounts.ts';

const signedIn = (who: Principal): User | undefined => (who.kind === 'user' ? userOf(who) : undefined);

/** @throws missing_credentials */
function registering(who: Principal): User {
  const user = signedIn(who);
  if (user) return user;
  throw fail('missing_credentials', { message: 'Registering a passkey needs an access token' });
}

/** Signing in without a password, and setting a new one. */
export function signInRoutes(services: PlatformServices): RouteBinding[] {
  const { walletSignIn, passkeys, passwordResets, sessions, dashboards } = services;
  const domains = dashboards.origins.map((origin) => new URL(origin).host);
  const open = async (request: FastifyRequest, method: SessionMethod, user: User) =>
    sessionAnswer(services, await sessions.open(user.id, originOf(request, method)), user);
  return [
    bind(signIn.getSiweNonce, async () => {
      const { nonce, expiresAt } = await walletSignIn.nonce();
      return { object: 'siwe_nonce' as const, nonce, expires_at: unix(expiresAt) };
    }),
    bind(signIn.verifySiwe, async ({ body, principal, request }) => {
      const signed = { message: body.message, signature: body.signature.toLowerCase() as Hex };
      const known = signedIn(principal);
      const user = known
        ? await walletSignIn.link(signed, domains, known)
        : await walletSignIn.signIn(signed, domains);
      return open(request, 'siwe', user);
    }),
    bind(signIn.getPasskeyChallenge, async ({ query: { intent }, principal }) => {
      const options =
        intent === 'register'
          ? await passkeys.offer(registering(principal), dashboards)
          : await passkeys.challenge(dashboards);
      return { object: 'passkey_challenge' as const, intent, options };
    }),
    bind(signIn.verifyPasskey, async ({ body: { intent, response, name }, principal, request }) => {
      if (intent === 'login') return open(request, 'passkey', await passkeys.signIn(response, dashboards));
      const input = { name: name?.trim() ?? 'Passkey', response };
      return presentPasskey(await passkeys.register(registering(principal), input, dashboards));
    }),
    bind(signIn.listPasskeys, async ({ principal }) => {
      const found = await passkeys.list(userOf(principal).id);
      return page(found.map(presentPasskey), { hasMore: false, total: found.length });
    }),
    bind(signIn.deletePasskey, async ({ principal, params: { id } }) => {
      await passkeys.remove(userOf(principal).id, id);
      return { object: 'passkey' as const, id, deleted: true as const };
    }),
    bind(signIn.forgotPassword, async ({ body, request }) => {
      await passwordResets.forgot(body.email, request.ip);
      return { object: 'password_reset' as const, status: 'accepted' as const };
    }),
    bind(signIn.resetPassword, async ({ body }) =>
      shownUser(services, await passwordResets.reset(body.token, body.password)),
    ),
  ];
}
