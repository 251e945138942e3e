import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Wallets';

const WalletType = Words(
  ['smart_account', 'eoa'],
  'smart_account: sends without gas of its own · eoa: a plain key that only signs',
);
const ExternalId = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'Your own name for it, unique; the same one again answers the wallet there is',
});

export const PlatformWallet = model(
  'PlatformWallet',
  strictObject({
    object: Type.Literal('wallet'),
    id: Id('wal'),
    type: WalletType,
    address: Type.String({ description: 'The same on every network' }),
    label: Nullable(Type.String({ description: 'For people' })),
    external_id: Nullable(Type.String()),
    created: UnixTime(),
  }),
);

export const walletExample = {
  object: 'wallet',
  id: 'wal_4f1k9x2m7q0z8w3v5t6s1r2p',
  type: 'smart_account',
  address: '0x1234567890AbcdEF1234567890aBcdef12345678',
  label: 'Treasury of user 42',
  external_id: 'user-42',
  created: 1744027200,
};
const params = { id: walletExample.id };
const NetworkQuery = Type.Optional(
  Type.String({ minLength: 1, maxLength: 64, description: 'Name or CAIP-2 id; the default when absent' }),
);

export const createPlatformWallet = operation({
  id: 'createPlatformWallet',
  plane,
  method: 'POST',
  path: '/v1/wallets',
  tag,
  summary: 'Creates a wallet, or answers the one of that external_id',
  auth: 'key',
  scope: 'wallets:write',
  body: strictObject({
    type: Type.Optional(WalletType),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'For people' })),
    external_id: Type.Optional(ExternalId),
  }),
  success: {
    status: 201,
    description: 'The wallet; `Idempotent-Replayed: true` when it was there',
    schema: ref(PlatformWallet),
  },
  errors: ['conflict'],
  examples: {
    body: { type: 'smart_account', label: walletExample.label, external_id: walletExample.external_id },
    response: walletExample,
  },
});

export const listPlatformWallets = operation({
  id: 'listPlatformWallets',
  plane,
  method: 'GET',
  path: '/v1/wallets',
  tag,
  summary: 'Lists the wallets of the environment, newest first',
  auth: 'key',
  scope: 'wallets:read',
  query: Type.Object({
    ...listQuery('wal'),
    type: Type.Optional(WalletType),
    external_id: Type.Optional(ExternalId),
  }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformWallet)) },
  errors: [],
  examples: { response: { object: 'list', data: [walletExample], has_more: false, total: 1 } },
});

export const getPlatformWallet = operation({
  id: 'getPlatformWallet',
  plane,
  method: 'GET',
  path: '/v1/wallets/:id',
  tag,
  summary: 'Reads a wallet of the environment',
  auth: 'key',
  scope: 'wallets:read',
  params: idParams('wallet'),
  success: { status: 200, description: 'The wallet', schema: ref(PlatformWallet) },
  errors: ['wallet_not_found'],
  examples: { params, response: walletExample },
});

export const PlatformBalance = model(
  'PlatformBalance',
  strictObject({
    object: Type.Literal('balance'),
    network: Type.String(),
    token: Nullable(Type.String({ description: 'Contract; null for the coin of the network' })),
    symbol: Type.String(),
    decimals: Type.Integer(),
    balance: Type.String({ description: 'Atomic units' }),
    formatted: Type.String({ description: 'For people' }),
  }),
);

const balanceExample = {
  object: 'balance',
  network: 'base-sepolia',
  token: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  symbol: 'USDC',
  decimals: 6,
  balance: '1500000',
  formatted: '1.5',
};

export const listWalletBalances = operation({
  id: 'listWalletBalances',
  plane,
  method: 'GET',
  path: '/v1/wallets/:id/balances',
  tag,
  summary: 'What a wallet holds on a network: its coin, and the tokens asked for',
  auth: 'key',
  scope: 'wallets:read',
  params: idParams('wallet'),
  query: Type.Object({
    network: NetworkQuery,
    tokens: Type.Optional(
      Type.String({
        pattern: '^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40}){0,19}$',
        description: "ERC-20 contracts, comma-separated, up to 20; the network's default token when absent",
      }),
    ),
  }),
  success: {
    status: 200,
    description: 'All of one block, the coin first',
    schema: list(ref(PlatformBalance)),
  },
  errors: ['wallet_not_found', 'invalid_network'],
  examples: {
    params,
    query: { tokens: balanceExample.token },
    response: {
      object: 'list',
      data: [
        { ...balanceExample, token: null, symbol: 'ETH', decimals: 18, balance: '0', formatted: '0' },
        balanceExample,
      ],
      has_more: false,
      total: 2,
    },
  },
});

export const operations = [
  createPlatformWallet,
  listPlatformWallets,
  getPlatformWallet,
  listWalletBalances,
] as const;
