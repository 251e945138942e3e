import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { offsetQuery } from '../kit/paging.ts';
import { AddressString, AmountString, Nullable } from '../kit/scalars.ts';
import { FacilitatorUser, userExample } from './accounts.ts';
import { data } from './envelope.ts';
import { assetExample } from './system.ts';

const plane = 'facilitator';
const tag = 'Admin';
const RowId = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const Deleted = data(strictObject({ deleted: Type.Integer() }));
const Email = Type.String({ format: 'email', maxLength: 254 });
const Password = Type.String({ minLength: 1, maxLength: 1024 });
const Symbol = Type.String({ minLength: 1, maxLength: 32 });
const Decimals = Type.Integer({ minimum: 0, maximum: 255 });
const DomainName = Type.String({ minLength: 1, maxLength: 256, description: 'EIP-712 name' });
const DomainVersion = Type.String({ minLength: 1, maxLength: 64, description: 'EIP-712 version' });
const MinAmount = AmountString('Least amount that may be asked for, atomic units');

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

export const NewAsset = model(
  'NewAsset',
  strictObject({
    network: Type.String({ minLength: 1, maxLength: 64 }),
    asset: AddressString(),
    symbol: Symbol,
    decimals: Decimals,
    active: Type.Optional(Type.Boolean()),
    name: Type.Optional(DomainName),
    version: Type.Optional(DomainVersion),
    min_amount: Type.Optional(MinAmount),
  }),
);

export const AssetChange = model(
  'AssetChange',
  strictObject({
    symbol: Type.Optional(Symbol),
    decimals: Type.Optional(Decimals),
    active: Type.Optional(Type.Boolean()),
    name: Type.Optional(Nullable(DomainName)),
    version: Type.Optional(Nullable(DomainVersion)),
    min_amount: Type.Optional(MinAmount),
  }),
);

export const AdminAsset = model(
  'AdminAsset',
  strictObject({
    id: Type.Integer(),
    network: Type.String(),
    asset: Type.String({ description: 'Token address' }),
    symbol: Type.String(),
    decimals: Type.Integer(),
    active: Type.Boolean(),
    name: Nullable(Type.String()),
    version: Nullable(Type.String()),
    minAmount: Type.String(),
  }),
);

const asset = { ...assetExample, name: 'USDC', version: '2', minAmount: '0' };
const one = { id: 42 };

export const createUser = operation({
  id: 'createUser',
  plane,
  method: 'POST',
  path: '/admin/users',
  tag,
  summary: 'Creates a user',
  auth: 'admin',
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

export const updateUser = operation({
  id: 'updateUser',
  plane,
  method: 'PATCH',
  path: '/admin/users/:id',
  tag,
  summary: 'Changes a user: address, rights, a new password (which ends its sessions), unlock',
  auth: 'admin',
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
  params: RowId,
  success: { status: 200, description: 'Deleted', schema: Deleted },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: { deleted: 42 } } },
});

export const registerAsset = operation({
  id: 'registerAsset',
  plane,
  method: 'POST',
  path: '/admin/assets',
  tag,
  summary:
    'Registers a token that payments may be asked in; its EIP-712 domain is read from it when not told',
  auth: 'admin',
  body: ref(NewAsset),
  success: { status: 201, description: 'Registered', schema: data(ref(AdminAsset)) },
  errors: ['INVALID_REQUEST', 'CONFLICT'],
  examples: {
    body: {
      network: 'base-sepolia',
      asset: assetExample.asset,
      symbol: 'USDC',
      decimals: 6,
      active: true,
    },
    response: { data: asset },
  },
});

export const listAllAssets = operation({
  id: 'listAllAssets',
  plane,
  method: 'GET',
  path: '/admin/assets',
  tag,
  summary: 'Lists all registered assets, inactive ones too',
  auth: 'admin',
  success: { status: 200, description: 'Assets', schema: data(Type.Array(ref(AdminAsset))) },
  errors: [],
  examples: { response: { data: [asset] } },
});

export const updateAsset = operation({
  id: 'updateAsset',
  plane,
  method: 'PATCH',
  path: '/admin/assets/:id',
  tag,
  summary: 'Changes an asset; an inactive one is refused in payment requirements',
  auth: 'admin',
  params: RowId,
  body: ref(AssetChange),
  success: { status: 200, description: 'Changed', schema: data(ref(AdminAsset)) },
  errors: ['NOT_FOUND'],
  examples: { params: one, body: { active: false }, response: { data: { ...asset, active: false } } },
});

export const deleteAsset = operation({
  id: 'deleteAsset',
  plane,
  method: 'DELETE',
  path: '/admin/assets/:id',
  tag,
  summary: 'Removes an asset from the registry',
  auth: 'admin',
  params: RowId,
  success: { status: 200, description: 'Removed', schema: Deleted },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: { deleted: 42 } } },
});

export const operations = [
  createUser,
  listUsers,
  updateUser,
  deleteUser,
  registerAsset,
  listAllAssets,
  updateAsset,
  deleteAsset,
] as const;
