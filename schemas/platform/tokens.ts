import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AmountString, Nullable, PositiveAmountString, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';
import { keyed, WriteHeaders } from './token-fields.ts';

const plane = 'platform';
const tag = 'Tokens';

const standards = ['ERC20', 'ERC20_VOTES', 'ERC721', 'ERC1155', 'SBT', 'ERC1363'] as const;
const statuses = ['deploying', 'deployed', 'failed'] as const;
const Standard = Words(
  standards,
  'ERC20_VOTES: with votes · SBT: a soulbound ERC-721 · ERC1363: an ERC-20 that calls its receiver',
);
const Network = Type.String({ minLength: 1, maxLength: 64, description: 'Name or CAIP-2 id' });

const features = {
  mintable: 'More can be made after the deployment',
  burnable: 'It can be burned',
  pausable: 'All moves can be stopped',
};

export const TokenState = model(
  'TokenState',
  strictObject({
    total_supply: Nullable(Type.String({ description: 'Atomic units; null for ERC1155' })),
    cap: Nullable(Type.String({ description: 'Atomic units; null = no limit' })),
    paused: Type.Boolean(),
    owner: Type.String({ description: 'Owner of the contract (ERC-173)' }),
    royalty: Nullable(strictObject({ receiver: Type.String(), bps: Type.Integer() })),
  }),
);

export const PlatformToken = model(
  'PlatformToken',
  strictObject({
    object: Type.Literal('token'),
    id: Id('tok'),
    name: Type.String(),
    symbol: Type.String(),
    standard: Standard,
    network: Type.String(),
    address: Type.String({ description: 'Known before it is deployed' }),
    status: Words(statuses, 'Follows the transaction that deploys it'),
    decimals: Nullable(Type.Integer({ description: 'Of fungible tokens' })),
    features: strictObject({
      mintable: Type.Boolean({ description: features.mintable }),
      burnable: Type.Boolean({ description: features.burnable }),
      pausable: Type.Boolean({ description: features.pausable }),
    }),
    cap: Nullable(Type.String({ description: 'Most that can ever be there; null = no limit' })),
    initial_supply: Type.String({ description: 'Atomic units that the treasury got' }),
    base_uri: Nullable(Type.String()),
    royalty_bps: Nullable(Type.Integer({ description: 'Hundredths of a percent, as deployed' })),
    treasury: Type.String({ description: 'Your smart account that deployed it and got its roles' }),
    transaction_id: Id('tx', 'The transaction that deploys it'),
    block_number: Nullable(Type.Integer({ description: 'Block of the deployment' })),
    on_chain: Nullable(ref(TokenState)),
    created: UnixTime(),
  }),
);

export const tokenExample = {
  object: 'token',
  id: 'tok_9x2m7q0z8w3v5t6s1r2p4f1k',
  name: 'Example Euro',
  symbol: 'EEUR',
  standard: 'ERC20',
  network: 'base-sepolia',
  address: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  status: 'deploying',
  decimals: 6,
  features: { mintable: true, burnable: true, pausable: false },
  cap: null,
  initial_supply: '0',
  base_uri: null,
  royalty_bps: null,
  treasury: '0x1234567890AbcdEF1234567890aBcdef12345678',
  transaction_id: 'tx_4f1k9x2m7q0z8w3v5t6s1r2p',
  block_number: null,
  on_chain: null,
  created: 1744027200,
};
const deployedExample = {
  ...tokenExample,
  status: 'deployed',
  block_number: 128,
  on_chain: {
    total_supply: '1000000',
    cap: null,
    paused: false,
    owner: tokenExample.treasury,
    royalty: null,
  },
};

export const DeployTokenRequest = model(
  'DeployTokenRequest',
  strictObject({
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'Name of the token' }),
    symbol: Type.String({ minLength: 1, maxLength: 32, pattern: '\\S', description: 'Its ticker' }),
    standard: Standard,
    network: Type.Optional(Network),
    initial_supply: Type.Optional(AmountString('Atomic units for the treasury; of fungible tokens')),
    decimals: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 36, default: 18, description: 'Of fungible tokens' }),
    ),
    features: Type.Optional(
      strictObject(
        {
          mintable: Type.Optional(Type.Boolean({ description: features.mintable })),
          burnable: Type.Optional(Type.Boolean({ description: features.burnable })),
          pausable: Type.Optional(Type.Boolean({ description: features.pausable })),
        },
        { description: 'What is left out is off; all are on without it. Nobody can change them later.' },
      ),
    ),
    cap: Type.Optional(PositiveAmountString('Most that can ever be there; not for ERC1155')),
    base_uri: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2048, description: 'Put before the number of an item' }),
    ),
    royalty_bps: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000,
        description: 'Royalty in hundredths of a percent; of ERC721 and ERC1155',
      }),
    ),
    ...keyed,
  }),
);

export const deployToken = operation({
  id: 'deployToken',
  plane,
  method: 'POST',
  path: '/v1/tokens',
  tag,
  summary: 'Deploys a token that your treasury account owns, without gas',
  description: 'One user operation makes it; its address is known at once.',
  auth: 'key',
  scope: 'tokens:write',
  headers: WriteHeaders,
  body: ref(DeployTokenRequest),
  replays: true,
  success: { status: 201, description: 'Written down', schema: ref(PlatformToken) },
  errors: ['invalid_network', 'invalid_amount', 'idempotency_conflict', 'blockchain_error'],
  examples: {
    body: {
      name: tokenExample.name,
      symbol: tokenExample.symbol,
      standard: 'ERC20',
      network: 'base-sepolia',
      decimals: 6,
      features: { mintable: true, burnable: true },
      idempotency_key: 'deploy-eeur',
    },
    response: tokenExample,
  },
});

export const listTokens = operation({
  id: 'listTokens',
  plane,
  method: 'GET',
  path: '/v1/tokens',
  tag,
  summary: 'Lists tokens with their state on the chain, newest first',
  auth: 'key',
  scope: 'tokens:read',
  query: Type.Object({
    ...listQuery('tok'),
    standard: Type.Optional(Words(standards)),
    network: Type.Optional(Network),
    status: Type.Optional(Words(statuses)),
  }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformToken)) },
  errors: [],
  examples: { response: { object: 'list', data: [deployedExample], has_more: false, total: 1 } },
});

export const getToken = operation({
  id: 'getToken',
  plane,
  method: 'GET',
  path: '/v1/tokens/:id',
  tag,
  summary: 'Reads a token with its state on the chain',
  auth: 'key',
  scope: 'tokens:read',
  params: idParams('token'),
  success: { status: 200, description: 'The token', schema: ref(PlatformToken) },
  errors: ['token_not_found'],
  examples: { params: { id: tokenExample.id }, response: deployedExample },
});

export const operations = [deployToken, listTokens, getToken] as const;
