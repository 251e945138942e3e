import type { FastifyRequest } from 'fastify';
import type { BodyOf } from '#schemas/kit/operation.ts';
import * as accounts from '#schemas/platform/accounts.ts';
import { listSessions, revokeSession } from '#schemas/platform/sessions.ts';
import { fail } from '#src/core/errors.ts';
import type { Session, SessionMethod } from '#src/core/ports/sessions.ts';
import type { User } from '#src/core/ports/users.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { sessionOf, userOf } from '../caller.ts';
import { page, presentSession, presentUser } from '../present.ts';
import type { PlatformServices } from '../services.ts';

type Tokens = Pick<PlatformServices, 'tokens' | 'tenants'>;

/** How a session came to be, as the request shows it. */
export function originOf(request: FastifyRequest, method: SessionMethod) {
  const agent = request.headers['user-agent'];
  return { method, ip: request.ip, userAgent: agent ?? null };
}

/** The account as answers show it. */
export async function shownUser({ tenants }: Pick<PlatformServices, 'tenants'>, user: User) {
  const tenant = await tenants.find(user.tenantId);
  if (!tenant) throw new Error(`tenant ${user.tenantId} is gone`);
  return presentUser(user, tenant);
}

/** Both tokens of a session, with its user. */
export async function sessionAnswer(services: Tokens, session: Session, user: User) {
  const { access, refresh } = services.tokens;
  const sid = session.id;
  return {
    object: 'session' as const,
    id: sid,
    access_token: access.sign({ sub: user.publicId, sid }),
    refresh_token: refresh.sign({ sub: user.publicId, sid, jti: session.jti }),
    token_type: 'Bearer' as const,
    expires_in: access.ttlSeconds,
    user: await shownUser(services, user),
  };
}

/** Both passwords of a change; undefined when it is about something else. @throws validation naming the one that lacks */
function passwordsIn({ password, current_password }: BodyOf<typeof accounts.updateMe>) {
  if (password === undefined && current_password === undefined) return undefined;
  if (password !== undefined && current_password !== undefined)
    return { current: current_password, next: password };
  const field = password === undefined ? 'password' : 'current_password';
  throw fail('validation', { field, rule: 'required', message: `${field} is required` });
}

/** Registration, sessions, one's own account. */
export function accountRoutes(services: PlatformServices): RouteBinding[] {
  const { accounts: service, sessions, tokens, users, tenants } = services;
  return [
    bind(accounts.registerAccount, async ({ body }) => {
      const { email, password, company_name, full_name } = body;
      const user = await service.signUp({
        email,
        password,
        ...(company_name === undefined ? {} : { companyName: company_name.trim() }),
        ...(full_name === undefined ? {} : { fullName: full_name.trim() }),
      });
      return shownUser(services, user);
    }),
    bind(accounts.logInAccount, async ({ body, request }) => {
      const user = await service.identify(body, request.ip);
      return sessionAnswer(services, await sessions.open(user.id, originOf(request, 'password')), user);
    }),
    bind(accounts.refreshSession, async ({ body }) => {
      const { sid, jti } = tokens.refresh.verify(body.refresh_token);
      const { session, user } = await sessions.rotate(String(sid), jti);
      return sessionAnswer(services, session, user);
    }),
    bind(accounts.logOutAccount, async ({ principal }) => {
      const id = sessionOf(principal);
      await sessions.revoke(userOf(principal).id, id);
      return { object: 'session' as const, id, revoked: true as const };
    }),
    bind(listSessions, async ({ principal }) => {
      const current = sessionOf(principal);
      const data = (await sessions.list(userOf(principal).id)).map((one) => presentSession(one, current));
      return page(data, { hasMore: false, total: data.length });
    }),
    bind(revokeSession, async ({ principal, params: { id } }) => {
      await sessions.revoke(userOf(principal).id, id);
      return { object: 'session' as const, id, revoked: true as const };
    }),
    bind(accounts.getMe, async ({ principal }) => {
      const user = await users.find(userOf(principal).id);
      if (!user) throw fail('principal_revoked', { message: 'The account does not exist any more' });
      return shownUser(services, user);
    }),
    bind(accounts.updateMe, async ({ principal, body, request }) => {
      const { full_name, company_name } = body;
      const { id, tenantId } = userOf(principal);
      // First: who does not know the password changes nothing at all.
      const passwords = passwordsIn(body);
      if (passwords) {
        const change = { ...passwords, keptSession: sessionOf(principal) };
        await service.changePassword(userOf(principal), change, request.ip);
      }
      if (company_name !== undefined) await tenants.rename(tenantId, company_name.trim());
      const user =
        full_name === undefined
          ? await users.find(id)
          : await users.update(id, { fullName: full_name.trim() });
      if (!user) throw fail('principal_revoked', { message: 'The account does not exist any more' });
      return shownUser(services, user);
    }),
  ];
}
