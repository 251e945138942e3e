import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { cursorQuery } from '../kit/paging.ts';
import { IsoTime, Nullable } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 128, description });

export const AuditEntry = model(
  'AuditEntry',
  strictObject({
    id: Type.String(),
    at: IsoTime(),
    actor: Type.String({
      description: 'Kind and id of who did it: operator:admin, user:42; anonymous for a mailed token',
    }),
    plane: Type.String(),
    operation: Type.String({ description: 'Operation id' }),
    target: Type.String({ description: 'Id of what was made or changed' }),
    fields: Type.Array(Type.String(), { description: 'Names of the fields that the request set' }),
    requestId: Type.String(),
    ip: Type.String(),
  }),
);

export const listAudit = operation({
  id: 'listAudit',
  plane: 'facilitator',
  method: 'GET',
  path: '/admin/audit',
  tag: 'Admin',
  summary: 'Who changed rights, keys, sign-ins, webhooks, assets and networks, on every plane; newest first',
  description:
    'Entries are written together with the change, can not be changed, and are removed by age alone (AUDIT_RETENTION_DAYS).',
  auth: 'admin',
  query: Type.Object({
    ...cursorQuery,
    actor: Type.Optional(text('operator:admin, user:42')),
    operation: Type.Optional(text('Operation id')),
    target: Type.Optional(text('Id of what was changed')),
    since: Type.Optional(Type.String({ format: 'date-time', description: 'From this moment on' })),
    until: Type.Optional(Type.String({ format: 'date-time', description: 'Before this moment' })),
  }),
  success: {
    status: 200,
    description: 'A page',
    schema: data(strictObject({ entries: Type.Array(ref(AuditEntry)), nextCursor: Nullable(Type.String()) })),
  },
  errors: [],
  examples: {
    response: {
      data: {
        entries: [
          {
            id: 'aud_4f1k9x2m7q0z8w3v5t6s1r2p',
            at: '2025-04-07T12:00:00.000Z',
            actor: 'operator:admin',
            plane: 'facilitator',
            operation: 'updateUser',
            target: '42',
            fields: ['unlock'],
            requestId: 'req_3f6b0c1d9e8a4752b1c0d9e8f7a6b5c4',
            ip: '203.0.113.7',
          },
        ],
        nextCursor: null,
      },
    },
  },
});

export const operations = [listAudit] as const;
