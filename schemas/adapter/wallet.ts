import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { cursorQuery } from '../kit/paging.ts';
import { AddressString, IsoTime, PositiveAmountString, Words } from '../kit/scalars.ts';
import {
  AdapterTransaction,
  AppId,
  NetworkName,
  pageEnd,
  plane,
  success,
  TransactionAnswer,
  transactionExample,
  transactionStatuses,
  transactionTypes,
  UserHeaders,
  WriteHeaders,
} from './common.ts';

const tag = 'Wallets';

const facts = {
  address: Type.String({ description: 'The same on every network' }),
  type: Type.Literal('smart_account'),
  deployed: Type.Boolean({ description: 'Its first operation deploys it' }),
  network: Type.String(),
};

export const CreatedWallet = model(
  'CreatedWallet',
  strictObject({ ...facts, isNew: Type.Boolean({ description: 'False when the user had it already' }) }),
);

export const AdapterWallet = model('AdapterWallet', strictObject({ ...facts, createdAt: IsoTime() }));

export const AdapterBalance = model(
  'AdapterBalance',
  strictObject({
    token: Type.String(),
    symbol: Type.String(),
    decimals: Type.Integer(),
    balance: Type.String({ description: 'Atomic units' }),
    formatted: Type.String({ description: 'For people' }),
  }),
);

export const NativeBalance = model(
  'NativeBalance',
  strictObject({
    symbol: Type.String(),
    decimals: Type.Integer(),
    balance: Type.String({ description: 'Wei' }),
    formatted: Type.String(),
  }),
);

export const TransferRequest = model(
  'TransferRequest',
  strictObject({
    to: Type.Optional(AddressString('Receiving address; either this or toUserId')),
    toUserId: Type.Optional(AppId('Receiving user; the wallet is made on the way')),
    token: AddressString('ERC-20 token'),
    amount: PositiveAmountString(),
    network: NetworkName,
  }),
);

const walletExample = {
  address: '0x1234567890AbcdEF1234567890aBcdef12345678',
  type: 'smart_account' as const,
  deployed: false,
  network: 'base-sepolia',
};

export const createWallet = operation({
  id: 'createWallet',
  plane,
  method: 'POST',
  path: '/api/v1/wallet/create',
  tag,
  summary: "Creates the user's smart account, or answers the one there is",
  auth: 'client',
  scope: 'wallet',
  query: Type.Object({ network: NetworkName }),
  headers: UserHeaders,
  success: { status: 200, description: 'The wallet', schema: success({ wallet: ref(CreatedWallet) }) },
  errors: ['MISSING_USER_ID', 'CHAIN_UNAVAILABLE'],
  examples: { response: { success: true, wallet: { ...walletExample, isNew: true } } },
});

export const getWallet = operation({
  id: 'getWallet',
  plane,
  method: 'GET',
  path: '/api/v1/wallet',
  tag,
  summary: "The user's smart account",
  auth: 'client',
  scope: 'wallet',
  query: Type.Object({ network: NetworkName }),
  headers: UserHeaders,
  success: { status: 200, description: 'The wallet', schema: success({ wallet: ref(AdapterWallet) }) },
  errors: ['MISSING_USER_ID', 'WALLET_NOT_FOUND', 'CHAIN_UNAVAILABLE'],
  examples: {
    response: { success: true, wallet: { ...walletExample, createdAt: '2025-04-07T12:00:00.000Z' } },
  },
});

export const getBalance = operation({
  id: 'getBalance',
  plane,
  method: 'GET',
  path: '/api/v1/wallet/balance',
  tag,
  summary: 'Native and ERC-20 balances, read from the chain',
  description: "Without `token` it answers the default token of the network and the client's own ones.",
  auth: 'client',
  scope: 'wallet',
  query: Type.Object({
    token: Type.Optional(
      Type.String({
        pattern: '^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40}){0,19}$',
        description: 'ERC-20 tokens, up to 20, comma-separated',
      }),
    ),
    network: NetworkName,
  }),
  headers: UserHeaders,
  success: {
    status: 200,
    description: 'Balances of one block',
    schema: success({
      address: Type.String(),
      network: Type.String(),
      native: ref(NativeBalance),
      balances: Type.Array(ref(AdapterBalance)),
    }),
  },
  errors: ['MISSING_USER_ID', 'WALLET_NOT_FOUND', 'CHAIN_UNAVAILABLE'],
  examples: {
    query: { token: '0x5FbDB2315678afecb367f032d93F642f64180aa3' },
    response: {
      success: true,
      address: walletExample.address,
      network: 'base-sepolia',
      native: { symbol: 'ETH', decimals: 18, balance: '0', formatted: '0' },
      balances: [
        {
          token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
          symbol: 'CHR',
          decimals: 18,
          balance: '60000000000000000000',
          formatted: '60',
        },
      ],
    },
  },
});

export const listWalletTransactions = operation({
  id: 'listWalletTransactions',
  plane,
  method: 'GET',
  path: '/api/v1/wallet/transactions',
  tag,
  summary: "The user's transactions, newest first",
  auth: 'client',
  scope: 'wallet',
  query: Type.Object({
    ...cursorQuery,
    type: Type.Optional(Words(transactionTypes)),
    status: Type.Optional(Words(transactionStatuses)),
  }),
  headers: UserHeaders,
  success: {
    status: 200,
    description: 'A page of transactions',
    schema: success({ transactions: Type.Array(ref(AdapterTransaction)), ...pageEnd }),
  },
  errors: ['MISSING_USER_ID'],
  examples: {
    query: { limit: 20 },
    response: { success: true, transactions: [transactionExample], nextCursor: null },
  },
});

export const transferTokens = operation({
  id: 'transferTokens',
  plane,
  method: 'POST',
  path: '/api/v1/wallet/transfer',
  tag,
  summary: 'Transfers ERC-20 tokens to an address or to another user, without gas',
  auth: 'client',
  scope: 'transfer',
  headers: WriteHeaders,
  body: ref(TransferRequest),
  success: {
    status: 202,
    description: 'Written down; it goes out with the next operation of the account',
    schema: ref(TransactionAnswer),
  },
  errors: [
    'MISSING_USER_ID',
    'WALLET_NOT_FOUND',
    'SPONSORSHIP_DENIED',
    'IDEMPOTENCY_CONFLICT',
    'INSUFFICIENT_BALANCE',
    'USER_OPERATION_FAILED',
    'CHAIN_UNAVAILABLE',
  ],
  examples: {
    body: {
      toUserId: 'user_67890',
      token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      amount: '40000000000000000000',
    },
    response: { success: true, transaction: transactionExample },
  },
});

export const operations = [
  createWallet,
  getWallet,
  getBalance,
  listWalletTransactions,
  transferTokens,
] as const;
