import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import {
  AddressString,
  BytesString,
  IsoTime,
  Nullable,
  PositiveAmountString,
  Words,
} from '../kit/scalars.ts';
import {
  AppId,
  NetworkName,
  plane,
  success,
  TransactionAnswer,
  transactionExample,
  UserHeaders,
  WriteHeaders,
} from './common.ts';

const tag = 'Mints';

export const mintStatuses = ['none', 'signed', 'pending', 'submitted', 'minted', 'failed'] as const;

const VoucherTypedData = model(
  'VoucherTypedData',
  strictObject(
    {
      domain: strictObject({
        name: Type.String(),
        version: Type.String(),
        chainId: Type.Integer(),
        verifyingContract: Type.String(),
      }),
      types: Type.Record(
        Type.String(),
        Type.Array(strictObject({ name: Type.String(), type: Type.String() })),
      ),
      primaryType: Type.Literal('MintVoucher'),
      message: strictObject({
        token: Type.String(),
        recipient: Type.String(),
        amount: Type.String(),
        receipt: Type.String(),
        deadline: Type.String({ description: 'Unix seconds' }),
      }),
    },
    { description: 'EIP-712, ready for eth_signTypedData libraries' },
  ),
);

export const MintVoucher = model(
  'MintVoucher',
  strictObject({
    receiptId: Type.String(),
    network: Type.String(),
    token: Type.String(),
    recipient: Type.String(),
    amount: Type.String(),
    deadline: IsoTime('The voucher is worth nothing later; sign again'),
    typedData: ref(VoucherTypedData),
    signature: Type.String(),
    signer: Type.String(),
  }),
);

export const MintSignRequest = model(
  'MintSignRequest',
  strictObject({
    receiptId: AppId('Your id of what is minted for; it mints once'),
    amount: PositiveAmountString(),
    token: Type.Optional(AddressString('Token to mint; the default token of the network when absent')),
    recipient: Type.Optional(AddressString("Who gets the tokens; the user's wallet when absent")),
    network: NetworkName,
  }),
);

export const MintExecuteRequest = model(
  'MintExecuteRequest',
  strictObject({
    receiptId: AppId('As signed'),
    signature: Type.Optional(BytesString('As answered by sign', 128)),
    amount: Type.Optional(PositiveAmountString()),
    token: Type.Optional(AddressString()),
    recipient: Type.Optional(AddressString()),
    network: NetworkName,
  }),
);

export const MintState = model(
  'MintState',
  strictObject({
    receiptId: Type.String(),
    status: Words(mintStatuses),
    txHash: Nullable(
      Type.String({ description: 'Null also for a mint past the API too long ago to be searched for' }),
    ),
    transactionId: Nullable(Type.String({ description: 'Null for a mint past the API' })),
    network: Nullable(Type.String()),
    token: Nullable(Type.String()),
    recipient: Nullable(Type.String()),
    amount: Nullable(Type.String()),
    deadline: Nullable(IsoTime()),
  }),
);

const signed = {
  receiptId: 'receipt_2025_0001',
  network: 'base-sepolia',
  token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  recipient: '0x1234567890AbcdEF1234567890aBcdef12345678',
  amount: '100000000000000000000',
};

const receipt = '0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658';

export const voucherExample = {
  ...signed,
  deadline: '2025-04-07T13:00:00.000Z',
  typedData: {
    domain: {
      name: 'ChronosMint',
      version: '1',
      chainId: 84532,
      verifyingContract: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
    },
    types: {
      MintVoucher: [
        { name: 'token', type: 'address' },
        { name: 'recipient', type: 'address' },
        { name: 'amount', type: 'uint256' },
        { name: 'receipt', type: 'bytes32' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'MintVoucher' as const,
    message: {
      token: signed.token,
      recipient: signed.recipient,
      amount: signed.amount,
      receipt,
      deadline: '1744030800',
    },
  },
  signature: `0x${'ab'.repeat(64)}1b`,
  signer: '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65',
};

export const signMint = operation({
  id: 'signMint',
  plane,
  method: 'POST',
  path: '/api/v1/mint/sign',
  tag,
  summary: 'Fixes what a receipt mints and signs a voucher for it',
  description:
    'Signing the same receipt again renews its deadline; other fields are refused. Whoever has the voucher may redeem it at its contract, past the API: a receipt that was is refused too, with the `txHash` in the details where it is known.',
  auth: 'client',
  scope: 'mint',
  headers: UserHeaders,
  body: ref(MintSignRequest),
  success: { status: 200, description: 'A voucher', schema: success({ voucher: ref(MintVoucher) }) },
  errors: ['MISSING_USER_ID', 'RECEIPT_ALREADY_MINTED', 'IDEMPOTENCY_CONFLICT', 'CHAIN_UNAVAILABLE'],
  examples: {
    body: { receiptId: signed.receiptId, amount: signed.amount },
    response: { success: true, voucher: voucherExample },
  },
});

export const executeMint = operation({
  id: 'executeMint',
  plane,
  method: 'POST',
  path: '/api/v1/mint/execute',
  tag,
  summary: 'Mints what was signed for a receipt, once, without gas',
  description: 'Fields beside `receiptId` may be repeated and must then be those that were signed.',
  auth: 'client',
  scope: 'mint',
  headers: WriteHeaders,
  body: ref(MintExecuteRequest),
  success: { status: 202, description: 'Written down and on its way', schema: ref(TransactionAnswer) },
  errors: [
    'MISSING_USER_ID',
    'RECEIPT_NOT_FOUND',
    'RECEIPT_ALREADY_MINTED',
    'SPONSORSHIP_DENIED',
    'IDEMPOTENCY_CONFLICT',
    'USER_OPERATION_FAILED',
    'CHAIN_UNAVAILABLE',
  ],
  examples: {
    body: { receiptId: signed.receiptId },
    response: {
      success: true,
      transaction: {
        ...transactionExample,
        type: 'mint',
        to: signed.recipient,
        amount: signed.amount,
        receiptId: signed.receiptId,
      },
    },
  },
});

export const getMintStatus = operation({
  id: 'getMintStatus',
  plane,
  method: 'GET',
  path: '/api/v1/mint/status/:receiptId',
  tag,
  summary: 'Where the mint of a receipt stands',
  description:
    'A voucher that was redeemed at its contract, past the API, counts as a mint; while the chain cannot be asked, only mints of the API do.',
  auth: 'client',
  scope: 'mint',
  params: Type.Object({ receiptId: AppId('As signed') }),
  headers: UserHeaders,
  success: { status: 200, description: 'The state', schema: success({ mint: ref(MintState) }) },
  errors: ['MISSING_USER_ID'],
  examples: {
    params: { receiptId: signed.receiptId },
    response: {
      success: true,
      mint: {
        ...signed,
        status: 'minted',
        txHash: receipt,
        transactionId: transactionExample.id,
        deadline: voucherExample.deadline,
      },
    },
  },
});

export const operations = [signMint, executeMint, getMintStatus] as const;
