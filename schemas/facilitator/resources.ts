import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { offsetQuery } from '../kit/paging.ts';
import { AddressString, IsoTime } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Resources';
const open = { additionalProperties: true };

export const ResourceAccept = model(
  'ResourceAccept',
  Type.Object(
    {
      scheme: Type.String({ minLength: 1, maxLength: 32 }),
      network: Type.String({ minLength: 1, maxLength: 64 }),
      maxAmountRequired: Type.Optional(Type.String({ maxLength: 78, description: 'Version 1' })),
      amount: Type.Optional(Type.String({ maxLength: 78, description: 'Version 2' })),
      asset: AddressString('Token address; must be registered'),
      payTo: AddressString("The merchant's address"),
    },
    open,
  ),
);

export const ResourceInput = model(
  'ResourceInput',
  strictObject({
    resource: Type.String({ minLength: 1, maxLength: 2048, description: 'URL or path that is paid for' }),
    type: Type.String({ minLength: 1, maxLength: 32, description: 'endpoint, http, …' }),
    x402Version: Type.Integer({ minimum: 1, maximum: 2 }),
    accepts: Type.Array(ref(ResourceAccept), { minItems: 1, maxItems: 20 }),
    metadata: Type.Optional(Type.Object({}, open)),
  }),
);

export const Resource = model(
  'Resource',
  strictObject({
    id: Type.Integer(),
    resource: Type.String(),
    type: Type.String(),
    x402Version: Type.Integer(),
    accepts: Type.Array(ref(ResourceAccept)),
    metadata: Type.Object({}, open),
    createdAt: IsoTime(),
    updatedAt: IsoTime(),
  }),
);

const input = {
  resource: '/api/premium-data',
  type: 'endpoint',
  x402Version: 1,
  accepts: [
    {
      scheme: 'exact',
      network: 'base-sepolia',
      maxAmountRequired: '1000000',
      asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
      payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
    },
  ],
  metadata: {},
};
const time = '2025-04-07T12:00:00.000Z';
const example = { id: 42, ...input, createdAt: time, updatedAt: time };
const Page = data(
  strictObject({ resources: Type.Array(ref(Resource)), offset: Type.Integer(), limit: Type.Integer() }),
);
const page = { data: { resources: [example], offset: 0, limit: 100 } };
const ResourceId = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Database id of the resource' }),
});

export const createResource = operation({
  id: 'createResource',
  plane,
  method: 'POST',
  path: '/api/v1/resources',
  tag,
  summary: 'Registers a protected resource',
  auth: 'user',
  body: ref(ResourceInput),
  success: { status: 201, description: 'Registered', schema: data(strictObject({ status: Type.String() })) },
  errors: ['INVALID_REQUEST'],
  examples: { body: input, response: { data: { status: 'created' } } },
});

export const listOwnResources = operation({
  id: 'listOwnResources',
  plane,
  method: 'GET',
  path: '/api/v1/users/resources',
  tag,
  summary: 'Lists your own resources, newest first',
  auth: 'user',
  query: Type.Object(offsetQuery(100)),
  success: { status: 200, description: 'A page', schema: Page },
  errors: [],
  examples: { response: page },
});

export const listResources = operation({
  id: 'listResources',
  plane,
  method: 'GET',
  path: '/api/v1/resources',
  tag,
  summary: 'Lists all resources, newest first',
  auth: 'none',
  query: Type.Object(offsetQuery(100)),
  success: { status: 200, description: 'A page', schema: Page },
  errors: [],
  examples: { response: page },
});

export const getResource = operation({
  id: 'getResource',
  plane,
  method: 'GET',
  path: '/api/v1/resources/:id',
  tag,
  summary: 'One of your own resources',
  auth: 'user',
  params: ResourceId,
  success: { status: 200, description: 'The resource', schema: data(ref(Resource)) },
  errors: ['NOT_FOUND'],
  examples: { params: { id: 42 }, response: { data: example } },
});

export const updateResource = operation({
  id: 'updateResource',
  plane,
  method: 'PUT',
  path: '/api/v1/resources/:id',
  tag,
  summary: 'Replaces one of your own resources',
  auth: 'user',
  params: ResourceId,
  body: ref(ResourceInput),
  success: { status: 200, description: 'Replaced', schema: data(strictObject({ updated: Type.Integer() })) },
  errors: ['INVALID_REQUEST', 'NOT_FOUND'],
  examples: { params: { id: 42 }, body: input, response: { data: { updated: 42 } } },
});

export const deleteResource = operation({
  id: 'deleteResource',
  plane,
  method: 'DELETE',
  path: '/api/v1/resources/:id',
  tag,
  summary: 'Removes one of your own resources',
  auth: 'user',
  params: ResourceId,
  success: { status: 200, description: 'Removed', schema: data(strictObject({ deleted: Type.Integer() })) },
  errors: ['NOT_FOUND'],
  examples: { params: { id: 42 }, response: { data: { deleted: 42 } } },
});

export const operations = [
  createResource,
  listOwnResources,
  listResources,
  getResource,
  updateResource,
  deleteResource,
] as const;
