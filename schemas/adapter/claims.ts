import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, IsoTime, Nullable, PositiveAmountString, Words } from '../kit/scalars.ts';
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

const tag = 'Claims';

export const claimStatuses = ['pending', 'submitted', 'paid', 'locked', 'released', 'failed'] as const;

/** Why a payout is not verified. */
export const claimDoubts = [
  'not_in_a_block',
  'transaction_not_found',
  'no_payout_of_this_client',
  'no_payout_of_this_claim',
  'other_payout_than_claimed',
  'paid_by_another_transaction',
] as const;

export const ClaimExecuteRequest = model(
  'ClaimExecuteRequest',
  strictObject({
    claimId: AppId('Your id of what is paid for; it pays once'),
    token: AddressString('ERC-20 token that the treasury of the client holds'),
    amount: PositiveAmountString(),
    recipient: Type.Optional(
      AddressString("Receiving address; when no receiver is named, the calling user's wallet"),
    ),
    userId: Type.Optional(AppId('Receiving user instead of recipient; the wallet is made on the way')),
    toUserId: Type.Optional(AppId('The same as userId')),
    lockSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 315_360_000,
        description: 'The chain holds the tokens so long; release pays them then. Paid at once when absent',
      }),
    ),
    network: NetworkName,
  }),
);

export const ClaimVerifyRequest = model(
  'ClaimVerifyRequest',
  strictObject(
    {
      claimId: Type.Optional(AppId('As executed')),
      txHash: Type.Optional(
        Type.String({ pattern: '^0x[0-9a-fA-F]{64}$', description: 'Transaction that is said to have paid' }),
      ),
      network: NetworkName,
    },
    { description: 'Either alone, or both: whether this transaction has paid this claim' },
  ),
);

const claimFacts = {
  claimId: Type.String(),
  status: Words(claimStatuses),
  token: Type.String(),
  from: Type.String({ description: 'Treasury of the client' }),
  to: Type.String({ description: 'Who gets the tokens' }),
  amount: Type.String({ description: 'Atomic units' }),
  releaseAt: Nullable(IsoTime('When a locked payout may be released; null when it is paid at once')),
};

export const AdapterClaim = model(
  'AdapterClaim',
  strictObject({
    ...claimFacts,
    network: Type.String(),
    transactionId: Type.String(),
    txHash: Nullable(Type.String()),
    releaseTransactionId: Nullable(Type.String()),
    createdAt: IsoTime(),
  }),
);

export const ProvenPayout = model('ProvenPayout', strictObject(claimFacts));

const claimExample = {
  claimId: 'claim_2025_0001',
  status: 'paid' as const,
  token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  from: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  to: '0x1234567890AbcdEF1234567890aBcdef12345678',
  amount: '25000000000000000000',
  releaseAt: null,
};
const writeErrors = [
  'MISSING_USER_ID',
  'SPONSORSHIP_DENIED',
  'IDEMPOTENCY_CONFLICT',
  'USER_OPERATION_FAILED',
  'CHAIN_UNAVAILABLE',
];
const txHash = `0x${'2e'.repeat(32)}`;

export const executeClaim = operation({
  id: 'executeClaim',
  plane,
  method: 'POST',
  path: '/api/v1/claims/execute',
  tag,
  summary: 'Pays a claim from the treasury of the client, once, without gas',
  description:
    'The payout contract uses each claim id of a treasury once, so the chain itself refuses a second payout. After a payout that failed the same claim may be executed again.',
  auth: 'client',
  scope: 'claim',
  headers: WriteHeaders,
  body: ref(ClaimExecuteRequest),
  success: { status: 202, description: 'Written down and on its way', schema: ref(TransactionAnswer) },
  errors: [...writeErrors, 'CLAIM_ALREADY_EXECUTED', 'INSUFFICIENT_BALANCE'],
  examples: {
    body: { claimId: claimExample.claimId, token: claimExample.token, amount: claimExample.amount },
    response: {
      success: true,
      transaction: {
        ...transactionExample,
        type: 'claim',
        from: claimExample.from,
        to: claimExample.to,
        amount: claimExample.amount,
        claimId: claimExample.claimId,
      },
    },
  },
});

export const getClaim = operation({
  id: 'getClaim',
  plane,
  method: 'GET',
  path: '/api/v1/claims/:claimId',
  tag,
  summary: "One of the user's claims and where its payout stands",
  description: 'As the journal has it; verify asks the chain, which anybody may ask to release what is due.',
  auth: 'client',
  scope: 'claim',
  params: Type.Object({ claimId: AppId('As executed') }),
  headers: UserHeaders,
  success: { status: 200, description: 'The claim', schema: success({ claim: ref(AdapterClaim) }) },
  errors: ['MISSING_USER_ID', 'CLAIM_NOT_FOUND'],
  examples: {
    params: { claimId: claimExample.claimId },
    response: {
      success: true,
      claim: {
        ...claimExample,
        network: 'base-sepolia',
        transactionId: transactionExample.id,
        txHash,
        releaseTransactionId: null,
        createdAt: transactionExample.createdAt,
      },
    },
  },
});

export const verifyClaim = operation({
  id: 'verifyClaim',
  plane,
  method: 'POST',
  path: '/api/v1/claims/verify',
  tag,
  summary: 'Whether the chain has paid a claim, by its own log',
  description:
    "Only a payout that the contract logged for the treasury of this client, with the token's own transfer, is verified; everything else is answered with `verified: false` and the reason.",
  auth: 'client',
  scope: 'claim',
  headers: UserHeaders,
  body: ref(ClaimVerifyRequest),
  success: {
    status: 200,
    description: 'What the chain says',
    schema: success({
      verified: Type.Boolean(),
      reason: Nullable(Words(claimDoubts, 'Why it is not verified')),
      status: Nullable(Words(claimStatuses, 'Of the claim, or of the first payout; null when none is known')),
      network: Type.String(),
      txHash: Nullable(Type.String()),
      blockNumber: Nullable(Type.Integer()),
      confirmations: Type.Integer({ description: 'Blocks from its own to the head; 0 outside of blocks' }),
      payouts: Type.Array(ref(ProvenPayout), {
        description: "The user's payouts that the transaction holds, as logged; empty unless verified",
      }),
    }),
  },
  errors: ['MISSING_USER_ID', 'CLAIM_NOT_FOUND', 'CHAIN_UNAVAILABLE'],
  examples: {
    body: { claimId: claimExample.claimId },
    response: {
      success: true,
      verified: true,
      reason: null,
      status: 'paid',
      network: 'base-sepolia',
      txHash,
      blockNumber: 128,
      confirmations: 12,
      payouts: [claimExample],
    },
  },
});

export const releaseClaim = operation({
  id: 'releaseClaim',
  plane,
  method: 'POST',
  path: '/api/v1/claims/:claimId/release',
  tag,
  summary: 'Pays what was locked for a claim, after its time, once, without gas',
  auth: 'client',
  scope: 'claim',
  params: Type.Object({ claimId: AppId('As executed') }),
  headers: WriteHeaders,
  success: { status: 202, description: 'Written down and on its way', schema: ref(TransactionAnswer) },
  errors: [...writeErrors, 'CLAIM_NOT_FOUND', 'CLAIM_LOCKED', 'CLAIM_NOT_LOCKED', 'CLAIM_ALREADY_RELEASED'],
  examples: {
    params: { claimId: claimExample.claimId },
    response: {
      success: true,
      transaction: {
        ...transactionExample,
        type: 'claim_release',
        from: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
        to: claimExample.to,
        amount: claimExample.amount,
        claimId: claimExample.claimId,
      },
    },
  },
});

export const operations = [executeClaim, getClaim, verifyClaim, releaseClaim] as const;
