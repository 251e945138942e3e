import { type TProperties, Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { IsoTime, Nullable, Words } from '../kit/scalars.ts';

export const plane = 'adapter';

/** The plane's envelope of a success. */
export const success = <T extends TProperties>(properties: T) =>
  strictObject({ success: Type.Literal(true), ...properties });

/** Printable ASCII without spaces, 1 to 255 bytes. */
const word = '^[\\x21-\\x7E]{1,255}$';

/** An id that the app chooses: user, receipt, claim. */
export const AppId = (description: string) => Type.String({ pattern: word, description });

export const userHeader = {
  'X-User-Id': AppId('User of your system; each has one smart account with this client'),
};

/** The header every call on behalf of a user carries. */
export const UserHeaders = Type.Object(userHeader);

/** The same with the key that makes a write safe to repeat. */
export const WriteHeaders = Type.Object({
  ...userHeader,
  'X-Idempotency-Key': Type.Optional(
    AppId('Same key and same body: the first answer again, for at least 24 hours'),
  ),
  'Idempotency-Key': Type.Optional(AppId('The same by the name of the IETF draft')),
});

export const NetworkName = Type.Optional(
  Type.String({ maxLength: 64, description: 'Network, e.g. base-sepolia; the default network when absent' }),
);

/** Statuses of a transaction. */
export const transactionStatuses = ['pending', 'submitted', 'confirmed', 'failed'] as const;
export const transactionTypes = ['mint', 'transfer', 'claim', 'claim_release'] as const;

export const AdapterTransaction = model(
  'AdapterTransaction',
  strictObject({
    id: Type.String(),
    type: Words(transactionTypes),
    status: Words(transactionStatuses),
    network: Type.String(),
    token: Type.Optional(Type.String()),
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    amount: Type.Optional(Type.String({ description: 'Atomic units' })),
    receiptId: Type.Optional(Type.String()),
    claimId: Type.Optional(Type.String()),
    userOpHash: Nullable(Type.String()),
    txHash: Nullable(Type.String()),
    blockNumber: Nullable(Type.Integer()),
    gasUsed: Nullable(Type.String({ description: 'Gas of its share of the operation' })),
    sponsored: Type.Boolean({ description: 'Somebody else than the account pays the gas' }),
    sponsorCost: Nullable(Type.String({ description: 'What the sponsor paid for it, wei' })),
    error: Type.Optional(
      strictObject({
        code: Type.String(),
        message: Type.String(),
        reason: Type.Optional(Type.String({ description: 'Stable class of the failure' })),
        revertReason: Type.Optional(Type.String({ description: 'Decoded revert of the contract' })),
      }),
    ),
    createdAt: IsoTime(),
    updatedAt: IsoTime(),
  }),
);

/** `{ success, transaction }`. */
export const TransactionAnswer = model(
  'AdapterTransactionAnswer',
  success({ transaction: ref(AdapterTransaction) }),
);

/** The end of a page of a list that grows. */
export const pageEnd = {
  nextCursor: Nullable(Type.String({ description: '`cursor` of the next page; null on the last one' })),
};

export const transactionExample = {
  id: 'tx_0v8k2m4p6r8t0w2y4a6c8e0g',
  type: 'transfer',
  status: 'pending',
  network: 'base-sepolia',
  token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  from: '0x1234567890AbcdEF1234567890aBcdef12345678',
  to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  amount: '40000000000000000000',
  userOpHash: null,
  txHash: null,
  blockNumber: null,
  gasUsed: null,
  sponsored: true,
  sponsorCost: null,
  createdAt: '2025-04-07T12:00:00.000Z',
  updatedAt: '2025-04-07T12:00:00.000Z',
};
