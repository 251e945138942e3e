import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { offsetQuery } from '../kit/paging.ts';
import { FacilitatorUser, userExample } from './accounts.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Admin';
export const RowId = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
export const Deleted = data(strictObject({ deleted: Type.Integer() }));
const Email = Type.String({ format: 'email', maxLength: 254 });
const Password = Type.String({ minLength: 1, maxLength: 1024 });

export const NewFacilitatorUser = model(
  'NewFacilitatorUser',
  strictObject({ email: Email, password: Password, is_admin: Type.Optional(Type.Boolean()) }),
);

export const FacilitatorUserChange = model(
  'FacilitatorUserChange',
  strictObject({
    email: Type.Optional(Email),
    password: Type.Optional(Password),
    is_admin: Type.Optional(Type.Boolean()),
    unlock: Type.Optional(Type.Boolean({ description: 'Forgets failed log-ins' })),
  }),
);

const one = { id: 42 };

export const createUser = operation({
  id: 'createUser',
  plane,
  method: 'POST',
  path: '/admin/users',
  tag,
  summary: 'Creates a user',
  auth: 'admin',
  audited: true,
  body: ref(NewFacilitatorUser),
  success: {
    status: 201,
    description: 'Created',
    schema: data(strictObject({ user: ref(FacilitatorUser) })),
  },
  errors: ['INVALID_REQUEST', 'CONFLICT'],
  examples: {
    body: { email: 'newuser@example.com', password: 'InitialPassword1!', is_admin: false },
    response: { data: { user: userExample } },
  },
});

export const listUsers = operation({
  id: 'listUsers',
  plane,
  method: 'GET',
  path: '/admin/users',
  tag,
  summary: 'Lists users, oldest first',
  auth: 'admin',
  query: Type.Object(offsetQuery(20)),
  success: { status: 200, description: 'Users', schema: data(Type.Array(ref(FacilitatorUser))) },
  errors: [],
  examples: { response: { data: [userExample] } },
});

export const getUser = operation({
  id: 'getUser',
  plane,
  method: 'GET',
  path: '/admin/users/:id',
  tag,
  summary: 'Shows one user to operators',
  auth: 'admin',
  params: RowId,
  success: {
    status: 200,
    description: 'The user',
    schema: data(strictObject({ user: ref(FacilitatorUser) })),
  },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: { user: userExample } } },
});

export const updateUser = operation({
  id: 'updateUser',
  plane,
  method: 'PATCH',
  path: '/admin/users/:id',
  tag,
  summary: 'Changes a user: address, rights, a new password (which ends its sessions), unlock',
  auth: 'admin',
  audited: true,
  params: RowId,
  body: ref(FacilitatorUserChange),
  success: {
    status: 200,
    description: 'Changed',
    schema: data(strictObject({ user: ref(FacilitatorUser) })),
  },
  errors: ['INVALID_REQUEST', 'NOT_FOUND', 'CONFLICT'],
  examples: { params: one, body: { unlock: true }, response: { data: { user: userExample } } },
});

export const deleteUser = operation({
  id: 'deleteUser',
  plane,
  method: 'DELETE',
  path: '/admin/users/:id',
  tag,
  summary: 'Deletes a user; its sessions and client keys end',
  auth: 'admin',
  audited: true,
  params: RowId,
  success: { status: 200, description: 'Deleted', schema: Deleted },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: { deleted: 42 } } },
});

export const operations = [createUser, listUsers, getUser, updateUser, deleteUser] as const;
