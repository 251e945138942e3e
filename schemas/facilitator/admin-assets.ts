import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, AmountString, Nullable } from '../kit/scalars.ts';
import { Deleted, RowId } from './admin.ts';
import { data } from './envelope.ts';
import { assetExample } from './system.ts';

const plane = 'facilitator';
const tag = 'Admin';
const Symbol = Type.String({ minLength: 1, maxLength: 32 });
const Decimals = Type.Integer({ minimum: 0, maximum: 255 });
const DomainName = Type.String({ minLength: 1, maxLength: 256, description: 'EIP-712 name' });
const DomainVersion = Type.String({ minLength: 1, maxLength: 64, description: 'EIP-712 version' });
const MinAmount = AmountString('Least amount that may be asked for, atomic units');

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

export const registerAsset = operation({
  id: 'registerAsset',
  plane,
  method: 'POST',
  path: '/admin/assets',
  tag,
  summary:
    'Registers a token that payments may be asked in; its EIP-712 domain is read from it when not told',
  auth: 'admin',
  audited: true,
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

export const getAsset = operation({
  id: 'getAsset',
  plane,
  method: 'GET',
  path: '/admin/assets/:id',
  tag,
  summary: 'Shows one registered asset, inactive ones too',
  auth: 'admin',
  params: RowId,
  success: { status: 200, description: 'The asset', schema: data(ref(AdminAsset)) },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: asset } },
});

export const updateAsset = operation({
  id: 'updateAsset',
  plane,
  method: 'PATCH',
  path: '/admin/assets/:id',
  tag,
  summary: 'Changes an asset; an inactive one is refused in payment requirements',
  auth: 'admin',
  audited: true,
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
  audited: true,
  params: RowId,
  success: { status: 200, description: 'Removed', schema: Deleted },
  errors: ['NOT_FOUND'],
  examples: { params: one, response: { data: { deleted: 42 } } },
});

export const operations = [registerAsset, listAllAssets, getAsset, updateAsset, deleteAsset] as const;
