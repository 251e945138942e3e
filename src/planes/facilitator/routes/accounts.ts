import * as accounts from '#schemas/facilitator/accounts.ts';
import { AppError, fail } from '#src/core/errors.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { data, presentUser } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** Signup, login, refresh, logout. */
export function accountRoutes(services: FacilitatorServices): RouteBinding[] {
  const { accounts: service, tokens } = services;
  const accessFor = (userId: number) => tokens.access.sign({ sub: String(userId) });
  /** The session of a refresh token, in the words of the contract when it is none. */
  const withSession = async <T>(token: string, work: (jti: string) => Promise<T>): Promise<T> => {
    try {
      return await work(tokens.refresh.verify(token).jti);
    } catch (error) {
      if (!(error instanceof AppError) || !['invalid_token', 'token_expired'].includes(error.kind))
        throw error;
      const reason =
        error.kind === 'token_expired' ? 'the refresh token has expired' : 'the refresh token is invalid';
      throw fail('invalid_token', { message: 'invalid session token', details: { reason }, cause: error });
    }
  };
  return [
    bind(accounts.signUp, async ({ body }) => {
      const user = await service.signUp(body);
      return data({ message: 'Account created', user: presentUser(user) });
    }),
    bind(accounts.logIn, async ({ body, request }) => {
      const { user, session } = await service.logIn(body, request.ip);
      return data({
        message: 'Login successful',
        access_token: accessFor(user.id),
        refresh_token: tokens.refresh.sign({ sub: String(user.id), jti: session.jti }),
        id: user.id,
      });
    }),
    bind(accounts.refreshAccess, ({ body }) =>
      withSession(body.refresh_token, async (jti) => {
        const user = await service.refresh(jti);
        return data({ access_token: accessFor(user.id) });
      }),
    ),
    bind(accounts.logOut, ({ body }) =>
      withSession(body.refresh_token, async (jti) => {
        await service.logOut(jti);
        return data({ message: 'Logged out' });
      }),
    ),
  ];
}
