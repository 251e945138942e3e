import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Accounts';

export const DashboardSession = model(
  'DashboardSession',
  strictObject({
    object: Type.Literal('session'),
    id: Id('ses'),
    method: Words(['password', 'siwe', 'passkey'], 'How it was opened'),
    ip: Type.String({ description: 'Where it was opened' }),
    user_agent: Nullable(Type.String({ description: 'What opened it' })),
    current: Type.Boolean({ description: 'The session of this request' }),
    created: UnixTime(),
    last_used_at: UnixTime('When its tokens were renewed last'),
    expires_at: UnixTime('When it ends unless its tokens are renewed'),
  }),
);

const example = {
  object: 'session',
  id: 'ses_2m7q0z8w3v5t6s1r2p4f1k9x',
  method: 'password',
  ip: '203.0.113.7',
  user_agent: 'Mozilla/5.0',
  current: true,
  created: 1744027200,
  last_used_at: 1744027200,
  expires_at: 1744632000,
};

export const listSessions = operation({
  id: 'listSessions',
  plane,
  method: 'GET',
  path: '/auth/sessions',
  tag,
  summary: 'Lists the live sessions of the account, newest first',
  auth: 'user',
  success: { status: 200, description: 'All of them', schema: list(ref(DashboardSession)) },
  errors: [],
  examples: { response: { object: 'list', data: [example], has_more: false, total: 1 } },
});

export const revokeSession = operation({
  id: 'revokeSession',
  plane,
  method: 'DELETE',
  path: '/auth/sessions/:id',
  tag,
  summary: 'Ends a session of the account; its next call fails',
  auth: 'user',
  audited: true,
  params: idParams('session'),
  success: {
    status: 200,
    description: 'Ended, on every replica',
    schema: strictObject({ object: Type.Literal('session'), id: Id('ses'), revoked: Type.Literal(true) }),
  },
  errors: ['session_not_found'],
  examples: {
    params: { id: example.id },
    response: { object: 'session', id: example.id, revoked: true },
  },
});

export const operations = [listSessions, revokeSession] as const;
