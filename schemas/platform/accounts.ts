import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable } from '../kit/scalars.ts';
import { Id, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Accounts';

const Email = Type.String({ format: 'email', maxLength: 254, description: 'Taken in any case' });
const Password = Type.String({ minLength: 1, maxLength: 1024, description: 'At least 10 characters' });
const Name = (description: string) =>
  Type.String({ minLength: 1, maxLength: 128, pattern: '\\S', description });

export const PlatformUser = model(
  'PlatformUser',
  strictObject({
    object: Type.Literal('user'),
    id: Id('usr'),
    email: Nullable(
      Type.String({ description: 'Lower-case; null for those who have only signed in with a wallet' }),
    ),
    full_name: Nullable(Type.String({ description: 'Name of the person' })),
    company_name: Type.String({ description: 'Name of the tenant' }),
    tenant_id: Id('ten', 'Whose keys and resources these are'),
    created: UnixTime(),
  }),
);

export const SessionTokens = model(
  'SessionTokens',
  strictObject({
    object: Type.Literal('session'),
    id: Id('ses'),
    access_token: Type.String({ description: 'Bearer token of dashboards' }),
    refresh_token: Type.String({ description: 'Works once; the answer brings the next one' }),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds that the access token lives' }),
    user: ref(PlatformUser),
  }),
);

const credentials = { email: 'dev@example.com', password: 'secure-password' };
export const userExample = {
  object: 'user',
  id: 'usr_4f1k9x2m7q0z8w3v5t6s1r2p',
  email: 'dev@example.com',
  full_name: 'Ada Developer',
  company_name: 'Example Ltd',
  tenant_id: 'ten_9x2m7q0z8w3v5t6s1r2p4f1k',
  created: 1744027200,
};
export const tokensExample = {
  object: 'session',
  id: 'ses_2m7q0z8w3v5t6s1r2p4f1k9x',
  access_token: 'eyJ…',
  refresh_token: 'eyJ…',
  token_type: 'Bearer',
  expires_in: 3600,
  user: userExample,
};

export const registerAccount = operation({
  id: 'registerAccount',
  plane,
  method: 'POST',
  path: '/auth/register',
  tag,
  summary: 'Creates an account and the tenant it belongs to',
  auth: 'none',
  body: strictObject({
    email: Email,
    password: Password,
    company_name: Type.Optional(Name('Name of the tenant; the address when absent')),
    full_name: Type.Optional(Name('Name of the person')),
  }),
  success: { status: 201, description: 'Created', schema: ref(PlatformUser) },
  errors: ['conflict'],
  examples: {
    body: { ...credentials, company_name: 'Example Ltd', full_name: 'Ada Developer' },
    response: userExample,
  },
});

export const logInAccount = operation({
  id: 'logInAccount',
  plane,
  method: 'POST',
  path: '/auth/login',
  tag,
  summary: 'Opens a session: an access token (1 hour) and a refresh token (7 days)',
  auth: 'none',
  body: strictObject({ email: Email, password: Password }),
  success: { status: 200, description: 'The session', schema: ref(SessionTokens) },
  errors: ['invalid_credentials', 'account_locked'],
  examples: { body: credentials, response: tokensExample },
});

export const refreshSession = operation({
  id: 'refreshSession',
  plane,
  method: 'POST',
  path: '/auth/refresh',
  tag,
  summary: 'Exchanges a refresh token for new tokens of the same session',
  description: 'A refresh token works once. A second use means that somebody copied it: the session ends.',
  auth: 'none',
  body: strictObject({
    refresh_token: Type.String({ minLength: 1, maxLength: 2048, description: 'From login or refresh' }),
  }),
  success: { status: 200, description: 'New tokens', schema: ref(SessionTokens) },
  errors: ['unauthorized', 'token_expired'],
  examples: { body: { refresh_token: 'eyJ…' }, response: tokensExample },
});

export const logOutAccount = operation({
  id: 'logOutAccount',
  plane,
  method: 'POST',
  path: '/auth/logout',
  tag,
  summary: 'Ends the session of the presented access token, its refresh token with it',
  auth: 'user',
  success: {
    status: 200,
    description: 'Ended',
    schema: strictObject({ object: Type.Literal('session'), id: Id('ses'), revoked: Type.Literal(true) }),
  },
  errors: [],
  examples: { response: { object: 'session', id: tokensExample.id, revoked: true } },
});

export const getMe = operation({
  id: 'getMe',
  plane,
  method: 'GET',
  path: '/auth/me',
  tag,
  summary: 'Reads the account of the session',
  auth: 'user',
  success: { status: 200, description: 'The account', schema: ref(PlatformUser) },
  errors: [],
  examples: { response: userExample },
});

export const updateMe = operation({
  id: 'updateMe',
  plane,
  method: 'PATCH',
  path: '/auth/me',
  tag,
  summary: 'Changes names and the password of the account',
  description:
    'A new password needs the current one, and ends all other sessions. Who has none sets one by the letter of ' +
    '`/auth/password/forgot`.',
  auth: 'user',
  audited: true,
  body: strictObject({
    full_name: Type.Optional(Name('Name of the person')),
    company_name: Type.Optional(Name('Name of the tenant')),
    password: Type.Optional(Password),
    current_password: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1024, description: 'With a new password' }),
    ),
  }),
  success: { status: 200, description: 'Changed', schema: ref(PlatformUser) },
  errors: ['invalid_credentials', 'account_locked'],
  examples: { body: { full_name: 'Ada Developer' }, response: userExample },
});

export const operations = [
  registerAccount,
  logInAccount,
  refreshSession,
  logOutAccount,
  getMe,
  updateMe,
] as const;
