import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, Words } from '../kit/scalars.ts';
import { idParams } from './envelope.ts';
import { keyed, refusals } from './token-fields.ts';
import { move, moveExample, spenderExample } from './token-moves.ts';
import { transactionExample } from './transactions.ts';

const tag = 'Roles';
const roles = ['DEFAULT_ADMIN_ROLE', 'MINTER_ROLE', 'PAUSER_ROLE'] as const;
const Role = Words(roles, 'The admin grants and takes all roles');
const params = { id: transactionExample.token_id };
const account = spenderExample;

const read = {
  plane: 'platform',
  method: 'GET',
  tag,
  auth: 'key',
  scope: 'roles:read',
  params: idParams('token'),
} as const;

export const TokenRoleHolders = model(
  'TokenRoleHolders',
  strictObject({
    object: Type.Literal('role'),
    role: Role,
    holders: Type.Array(Type.String(), { description: 'Addresses that have it now, by the chain' }),
  }),
);

export const listTokenRoles = operation({
  ...read,
  id: 'listTokenRoles',
  path: '/v1/tokens/:id/roles',
  summary: 'Lists roles and who holds them',
  description:
    'The chain is asked for every account that ever got a role or owned the token, by this API or by others on the chain.',
  success: {
    status: 200,
    description: 'Every role',
    schema: strictObject({ object: Type.Literal('list'), data: Type.Array(ref(TokenRoleHolders)) }),
  },
  errors: ['token_not_found', 'conflict'],
  examples: {
    params,
    response: {
      object: 'list',
      data: roles.map((role) => ({ object: 'role', role, holders: [transactionExample.from] })),
    },
  },
});

export const checkTokenRole = operation({
  ...read,
  id: 'checkTokenRole',
  path: '/v1/tokens/:id/roles/check',
  summary: 'Asks the chain whether an address has a role',
  query: Type.Object({ role: Role, account: AddressString('Who is asked about') }),
  success: {
    status: 200,
    description: 'As of the latest block',
    schema: strictObject({
      object: Type.Literal('role_check'),
      role: Role,
      account: Type.String(),
      has_role: Type.Boolean(),
    }),
  },
  errors: ['token_not_found', 'conflict', 'invalid_address'],
  examples: {
    params,
    query: { role: 'MINTER_ROLE', account },
    response: { object: 'role_check', role: 'MINTER_ROLE', account, has_role: true },
  },
});

const write = { ...move, tag, scope: 'roles:write' } as const;

export const RoleChangeRequest = model(
  'RoleChangeRequest',
  strictObject({ role: Role, account: AddressString('Who gets or loses it'), ...keyed }),
);
export const grantTokenRole = operation({
  ...write,
  id: 'grantTokenRole',
  path: '/v1/tokens/:id/roles/grant',
  summary: 'Grants a role to an address',
  body: ref(RoleChangeRequest),
  errors: [...refusals, 'invalid_address'],
  examples: moveExample('grant_role', { role: 'MINTER_ROLE', account }),
});

export const revokeTokenRole = operation({
  ...write,
  id: 'revokeTokenRole',
  path: '/v1/tokens/:id/roles/revoke',
  summary: 'Takes a role from an address; the last admin stays',
  body: ref(RoleChangeRequest),
  errors: [...refusals, 'invalid_address', 'last_admin'],
  examples: moveExample('revoke_role', { role: 'MINTER_ROLE', account }),
});

export const RenounceRoleRequest = model('RenounceRoleRequest', strictObject({ role: Role, ...keyed }));
export const renounceTokenRole = operation({
  ...write,
  id: 'renounceTokenRole',
  path: '/v1/tokens/:id/roles/renounce',
  summary: 'Gives up a role of the treasury; the last admin stays',
  body: ref(RenounceRoleRequest),
  errors: [...refusals, 'last_admin'],
  examples: moveExample('renounce_role', { role: 'PAUSER_ROLE' }),
});

export const operations = [
  listTokenRoles,
  checkTokenRole,
  grantTokenRole,
  revokeTokenRole,
  renounceTokenRole,
] as const;
