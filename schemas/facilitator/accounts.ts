import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { IsoTime, Nullable } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Accounts';

export const Credentials = model(
  'Credentials',
  strictObject({
    email: Type.String({ format: 'email', maxLength: 254 }),
    password: Type.String({
      minLength: 1,
      maxLength: 1024,
      description: 'At least 10 characters for a new account',
    }),
  }),
);

export const RefreshToken = model(
  'RefreshToken',
  strictObject({ refresh_token: Type.String({ minLength: 1, maxLength: 2048 }) }),
);

export const FacilitatorUser = model(
  'FacilitatorUser',
  strictObject({
    id: Type.Integer(),
    email: Nullable(Type.String({ description: 'Null for people who have only signed in with a wallet' })),
    isAdmin: Type.Boolean(),
    createdAt: IsoTime(),
  }),
);

const credentials = { email: 'user@example.com', password: 'StrongPassword123!' };
export const userExample = {
  id: 1,
  email: 'user@example.com',
  isAdmin: false,
  createdAt: '2025-04-07T12:00:00.000Z',
};

export const signUp = operation({
  id: 'signUp',
  plane,
  method: 'POST',
  path: '/api/v1/signup',
  tag,
  summary: 'Creates a user account',
  auth: 'none',
  body: ref(Credentials),
  success: {
    status: 200,
    description: 'Created',
    schema: data(strictObject({ message: Type.String(), user: ref(FacilitatorUser) })),
  },
  errors: ['INVALID_REQUEST', 'CONFLICT'],
  examples: { body: credentials, response: { data: { message: 'Account created', user: userExample } } },
});

export const logIn = operation({
  id: 'logIn',
  plane,
  method: 'POST',
  path: '/api/v1/login',
  tag,
  summary: 'Exchanges email and password for an access token (15 minutes) and a refresh token (7 days)',
  auth: 'none',
  body: ref(Credentials),
  success: {
    status: 200,
    description: 'Tokens',
    schema: data(
      strictObject({
        message: Type.String(),
        access_token: Type.String(),
        refresh_token: Type.String(),
        id: Type.Integer(),
      }),
    ),
  },
  errors: ['UNAUTHORIZED'],
  examples: {
    body: credentials,
    response: { data: { message: 'Login successful', access_token: 'eyJ…', refresh_token: 'eyJ…', id: 1 } },
  },
});

export const refreshAccess = operation({
  id: 'refreshAccess',
  plane,
  method: 'POST',
  path: '/api/v1/token/refresh',
  tag,
  summary: 'Exchanges a refresh token for a new access token',
  auth: 'none',
  body: ref(RefreshToken),
  success: {
    status: 200,
    description: 'A token',
    schema: data(strictObject({ access_token: Type.String() })),
  },
  errors: ['UNAUTHORIZED'],
  examples: { body: { refresh_token: 'eyJ…' }, response: { data: { access_token: 'eyJ…' } } },
});

export const logOut = operation({
  id: 'logOut',
  plane,
  method: 'POST',
  path: '/api/v1/logout',
  tag,
  summary: 'Revokes a refresh token',
  auth: 'none',
  body: ref(RefreshToken),
  success: { status: 200, description: 'Revoked', schema: data(strictObject({ message: Type.String() })) },
  errors: ['UNAUTHORIZED'],
  examples: { body: { refresh_token: 'eyJ…' }, response: { data: { message: 'Logged out' } } },
});

export const operations = [signUp, logIn, refreshAccess, logOut] as const;
