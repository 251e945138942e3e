import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Words } from '../kit/scalars.ts';
import { list } from './envelope.ts';

const plane = 'platform';
const tag = 'Networks';
const scope = 'networks:read';

export const PlatformNetwork = model(
  'PlatformNetwork',
  strictObject({
    object: Type.Literal('network'),
    id: Type.String({ description: 'What `network` fields of other operations take' }),
    chain_id: Type.Integer({ description: 'EIP-155 chain id' }),
    caip2: Type.String({ description: 'CAIP-2 id, taken wherever the id is' }),
    name: Type.String({ description: 'For people' }),
    testnet: Type.Boolean({ description: 'Reached by test keys; others by live keys' }),
    status: Words(
      ['active', 'paused', 'unavailable'],
      'active: all is well · paused: the operator lets no payment begin · unavailable: it does not answer',
    ),
    latest_block: Type.Integer({ minimum: 0, description: 'Latest block seen; 0 before the first' }),
    supports: strictObject({
      smart_accounts: Type.Boolean({ description: 'A bundler is configured' }),
      gasless: Type.Boolean({ description: 'A paymaster pays the gas' }),
      x402: Type.Boolean({ description: 'Payments are settled there' }),
      tokens: Type.Boolean({ description: 'The contracts that tokens are made from are in place' }),
    }),
  }),
);

const example = {
  object: 'network',
  id: 'base-sepolia',
  chain_id: 84532,
  caip2: 'eip155:84532',
  name: 'Base Sepolia',
  testnet: true,
  status: 'active',
  latest_block: 24_000_000,
  supports: { smart_accounts: true, gasless: true, x402: true, tokens: true },
};

export const listNetworks = operation({
  id: 'listNetworks',
  plane,
  method: 'GET',
  path: '/v1/networks',
  tag,
  summary: 'Lists the networks that the key reaches',
  auth: 'key',
  scope,
  success: { status: 200, description: 'All of them', schema: list(ref(PlatformNetwork)) },
  errors: [],
  examples: { response: { object: 'list', data: [example], has_more: false, total: 1 } },
});

export const getNetwork = operation({
  id: 'getNetwork',
  plane,
  method: 'GET',
  path: '/v1/networks/:id',
  tag,
  summary: 'Reads a network that the key reaches',
  auth: 'key',
  scope,
  params: Type.Object({
    id: Type.String({ minLength: 1, maxLength: 255, description: 'Name or CAIP-2 id of the network' }),
  }),
  success: { status: 200, description: 'The network', schema: ref(PlatformNetwork) },
  errors: ['network_not_found'],
  examples: { params: { id: 'base-sepolia' }, response: example },
});

export const operations = [listNetworks, getNetwork] as const;
