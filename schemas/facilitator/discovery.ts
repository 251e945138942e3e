import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, IsoTime, Nullable } from '../kit/scalars.ts';
import { ResourceAccept } from './resources.ts';

const plane = 'facilitator';
const tag = 'Discovery';
const open = { additionalProperties: true };

export const DiscoveryResource = model(
  'DiscoveryResource',
  strictObject({
    resource: Type.String({ description: 'URL, or what its merchant registered' }),
    type: Type.String({ description: 'http or mcp' }),
    x402Version: Type.Integer(),
    accepts: Type.Array(ref(ResourceAccept), { description: 'Ways to pay' }),
    lastUpdated: IsoTime(),
    description: Type.Optional(Type.String()),
    mimeType: Type.Optional(Type.String()),
    serviceName: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(Type.String())),
    iconUrl: Type.Optional(Type.String()),
    extensions: Type.Optional(
      Type.Object({}, { ...open, description: 'bazaar: how it is called and what it answers' }),
    ),
    settled: Type.Boolean({ description: 'A payment for it has really settled here' }),
    lastSettledAt: Nullable(IsoTime()),
  }),
);

const filters = {
  type: Type.Optional(Type.String({ maxLength: 32, description: 'http, mcp' })),
  payTo: Type.Optional(AddressString('Who is paid')),
  scheme: Type.Optional(Type.String({ maxLength: 32, description: 'exact, upto' })),
  network: Type.Optional(Type.String({ maxLength: 64, description: 'Either spelling' })),
  extensions: Type.Optional(
    Type.String({ maxLength: 256, description: 'Extensions that an entry must have, comma-separated' }),
  ),
};
const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1_000, default: 20, description: 'Page size' }),
);

const example = {
  resource: 'https://api.example.com/weather/:city',
  type: 'http',
  x402Version: 2,
  accepts: [
    {
      scheme: 'exact',
      network: 'eip155:84532',
      amount: '10000',
      asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
      payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
      maxTimeoutSeconds: 60,
      extra: { name: 'USDC', version: '2' },
    },
  ],
  lastUpdated: '2025-04-07T12:00:00.000Z',
  description: 'Weather of a city',
  mimeType: 'application/json',
  serviceName: 'Example Weather',
  tags: ['weather'],
  extensions: {
    bazaar: {
      info: { input: { type: 'http', method: 'GET', pathParams: { city: 'Bern' } } },
      schema: { type: 'object', properties: { input: { type: 'object' } } },
      routeTemplate: '/weather/:city',
    },
  },
  settled: true,
  lastSettledAt: '2025-04-07T12:00:02.000Z',
};
const x402Version = Type.Integer({ description: 'Version of the protocol of this answer' });

export const listDiscoveryResources = operation({
  id: 'listDiscoveryResources',
  plane,
  method: 'GET',
  path: '/api/v1/discovery/resources',
  tag,
  summary: 'Lists what can be bought (x402 Bazaar), last changed first',
  description:
    'Everything in the registry: what merchants registered, and what payments with the extension bazaar (version 1: outputSchema) have bought.',
  auth: 'none',
  query: Type.Object({
    ...filters,
    limit,
    offset: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'Rows to skip' }),
    ),
  }),
  success: {
    status: 200,
    description: 'A page',
    schema: strictObject({
      x402Version,
      items: Type.Array(ref(DiscoveryResource)),
      pagination: strictObject({ limit: Type.Integer(), offset: Type.Integer(), total: Type.Integer() }),
    }),
  },
  errors: [],
  examples: {
    query: { type: 'http', limit: 20, offset: 0 },
    response: { x402Version: 2, items: [example], pagination: { limit: 20, offset: 0, total: 1 } },
  },
});

export const searchDiscoveryResources = operation({
  id: 'searchDiscoveryResources',
  plane,
  method: 'GET',
  path: '/api/v1/discovery/search',
  tag,
  summary: 'Finds what can be bought by any of some words',
  description: 'Entries that payments have settled for come first, then the best match.',
  auth: 'none',
  query: Type.Object({
    query: Type.String({ minLength: 1, maxLength: 400, description: 'What is looked for, in plain words' }),
    ...filters,
    limit,
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'pagination.cursor of the page before' }),
    ),
  }),
  success: {
    status: 200,
    description: 'A page',
    schema: strictObject({
      x402Version,
      resources: Type.Array(ref(DiscoveryResource)),
      partialResults: Type.Boolean({ description: 'There are more than these' }),
      pagination: strictObject({ limit: Type.Integer(), cursor: Nullable(Type.String()) }),
    }),
  },
  errors: [],
  examples: {
    query: { query: 'weather by city', limit: 20 },
    response: {
      x402Version: 2,
      resources: [example],
      partialResults: false,
      pagination: { limit: 20, cursor: null },
    },
  },
});

export const operations = [listDiscoveryResources, searchDiscoveryResources] as const;
