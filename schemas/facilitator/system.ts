import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const usdc = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';
const feePayer = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

export const Health = model(
  'Health',
  strictObject({
    status: Words(['healthy']),
    timestamp: Type.Integer({ description: 'Unix seconds' }),
    version: Type.String(),
  }),
);

export const NetworkStatus = Words(
  ['active', 'paused', 'unavailable'],
  'active: payments are taken · paused: by the operator · unavailable: its RPC does not answer',
);

const kindFields = {
  x402Version: Type.Integer({ minimum: 1, maximum: 2 }),
  scheme: Type.String(),
  network: Type.String({ description: 'Name (version 1) or CAIP-2 id (version 2)' }),
  status: NetworkStatus,
  block: Type.Integer({ minimum: 0, description: 'Latest block seen; 0 before the first' }),
  feePayer: Type.String({ description: 'Address that pays the gas; empty when the network has no signer' }),
  simulated: Type.Optional(Type.Boolean({ description: 'A local chain stands in for the real one' })),
};

export const PaymentKind = model(
  'PaymentKind',
  strictObject({
    ...kindFields,
    extra: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Facts of the kind' })),
  }),
);

export const PaymentKinds = model('PaymentKinds', strictObject({ kinds: Type.Array(ref(PaymentKind)) }));

export const Supported = model(
  'Supported',
  strictObject({
    kinds: Type.Array(ref(PaymentKind)),
    extensions: Type.Array(Type.String(), { description: 'Protocol extensions understood' }),
    signers: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: 'Settlement signers by CAIP-2 family',
    }),
  }),
);

export const SystemStatus = model(
  'SystemStatus',
  strictObject({
    status: Words(['healthy', 'degraded']),
    version: Type.String(),
    uptime: Type.Integer({ minimum: 0, description: 'Seconds' }),
    networks: Type.Array(ref(PaymentKind)),
    database: strictObject({ status: Words(['healthy', 'unavailable']) }),
  }),
);

export const Asset = model(
  'Asset',
  strictObject({
    id: Type.Integer(),
    network: Type.String(),
    asset: Type.String({ description: 'Token address' }),
    symbol: Type.String(),
    decimals: Type.Integer(),
    active: Type.Boolean(),
    name: Type.Optional(Nullable(Type.String({ description: 'EIP-712 name, for extra.name' }))),
    version: Type.Optional(Nullable(Type.String({ description: 'EIP-712 version, for extra.version' }))),
  }),
);

const kind = {
  x402Version: 1,
  scheme: 'exact',
  network: 'base-sepolia',
  status: 'active',
  block: 0,
  feePayer,
};
const kind2 = { ...kind, x402Version: 2, network: 'eip155:84532' };
export const assetExample = {
  id: 1,
  network: 'base-sepolia',
  asset: usdc,
  symbol: 'USDC',
  decimals: 6,
  active: true,
};

export const getHealth = operation({
  id: 'getHealth',
  plane,
  method: 'GET',
  path: '/health',
  tag: 'System',
  summary: 'Says that the process is alive',
  auth: 'none',
  unlimited: true,
  success: { status: 200, description: 'Alive', schema: ref(Health) },
  errors: [],
  examples: { response: { status: 'healthy', timestamp: 1712345678, version: '1.0.0' } },
});

export const getReady = operation({
  id: 'getReady',
  plane,
  method: 'GET',
  path: '/ready',
  tag: 'System',
  summary: 'Says that this replica can serve: database, chain and job queue are there',
  description: 'Otherwise 503, `details` names the parts that are missing, or says `ending`.',
  auth: 'none',
  unlimited: true,
  success: { status: 200, description: 'Ready', schema: strictObject({ status: Words(['ready']) }) },
  errors: ['SERVICE_UNAVAILABLE'],
  examples: { response: { status: 'ready' } },
});

export const getStatus = operation({
  id: 'getStatus',
  plane,
  method: 'GET',
  path: '/api/v1/status',
  tag: 'System',
  summary: 'Detailed state of the system: database and networks',
  auth: 'none',
  success: { status: 200, description: 'State', schema: data(ref(SystemStatus)) },
  errors: [],
  examples: {
    response: {
      data: {
        status: 'healthy',
        version: '1.0.0',
        uptime: 86400,
        networks: [kind],
        database: { status: 'healthy' },
      },
    },
  },
});

export const listPaymentNetworks = operation({
  id: 'listPaymentNetworks',
  plane,
  method: 'GET',
  path: '/api/v1/networks',
  tag: 'Networks',
  summary: 'Lists all enabled networks, by the names of both protocol versions',
  auth: 'none',
  success: { status: 200, description: 'Networks', schema: ref(PaymentKinds) },
  errors: [],
  examples: { response: { kinds: [kind, kind2] } },
});

export const getPaymentNetwork = operation({
  id: 'getPaymentNetwork',
  plane,
  method: 'GET',
  path: '/api/v1/networks/:id',
  tag: 'Networks',
  summary: 'One network by its name or CAIP-2 id',
  auth: 'none',
  params: Type.Object({
    id: Type.String({ minLength: 1, maxLength: 64, description: 'base-sepolia, eip155:84532' }),
  }),
  success: { status: 200, description: 'The network', schema: ref(PaymentKind) },
  errors: ['INVALID_REQUEST'],
  examples: { params: { id: 'base-sepolia' }, response: { ...kind, extra: { feePayer } } },
});

export const listAssets = operation({
  id: 'listAssets',
  plane,
  method: 'GET',
  path: '/api/v1/assets',
  tag: 'Assets',
  summary: 'Lists the active assets that payments may be asked in',
  auth: 'none',
  success: { status: 200, description: 'Assets', schema: data(Type.Array(ref(Asset))) },
  errors: [],
  examples: { response: { data: [assetExample] } },
});

export const getSupported = operation({
  id: 'getSupported',
  plane,
  method: 'GET',
  path: '/api/v1/supported',
  tag: 'Payments',
  summary: 'Lists what can be verified and settled; needs a client key, so it also tests one',
  auth: 'client',
  success: { status: 200, description: 'Kinds, extensions and signers', schema: ref(Supported) },
  errors: [],
  examples: {
    response: { kinds: [kind, kind2], extensions: ['bazaar'], signers: { 'eip155:*': [feePayer] } },
  },
});

export const getMetrics = operation({
  id: 'getMetrics',
  plane,
  method: 'GET',
  path: '/metrics',
  tag: 'System',
  summary: 'Metrics of the process and of every operation, for Prometheus',
  auth: 'admin',
  unlimited: true,
  success: {
    status: 200,
    description: 'Prometheus text format 0.0.4',
    schema: Type.String(),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  },
  errors: [],
  examples: {
    response: 'chronos_request_duration_seconds_count{operation="getHealth",status="200"} 1\n',
  },
});

export const operations = [
  getHealth,
  getReady,
  getMetrics,
  getStatus,
  listPaymentNetworks,
  getPaymentNetwork,
  listAssets,
  getSupported,
] as const;
