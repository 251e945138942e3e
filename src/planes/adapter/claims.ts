import type { Static } from '@sinclair/typebox';
import type { AdapterClaim, ProvenPayout, verifyClaim } from '#schemas/adapter/claims.ts';
import type { SuccessOf } from '#schemas/kit/operation.ts';
import type { Claim } from '#src/core/ports/claims.ts';
import type { Verification } from '#src/services/claim-proofs.ts';
import type { ClaimState, ClaimStatus } from '#src/services/claims.ts';

function facts({ claimId, token, payer, recipient, amount, releaseAt }: Claim, status: ClaimStatus) {
  const payout: Static<typeof ProvenPayout> = {
    claimId,
    status,
    token,
    from: payer,
    to: recipient,
    amount: amount.toString(),
    releaseAt: releaseAt && releaseAt.toISOString(),
  };
  return payout;
}

/** A claim as the wire has it. */
export function toClaim({ claim, status, transaction }: ClaimState): Static<typeof AdapterClaim> {
  return {
    ...facts(claim, status),
    network: claim.network,
    transactionId: transaction.id,
    txHash: transaction.txHash,
    releaseTransactionId: claim.releaseTransactionId,
    createdAt: claim.createdAt.toISOString(),
  };
}

/** What the chain says of a claim, as the wire has it. */
export function toVerification(verification: Verification): Omit<SuccessOf<typeof verifyClaim>, 'success'> {
  const { reason, status, network, txHash, blockNumber, confirmations, payouts } = verification;
  return {
    verified: reason === null,
    reason,
    status,
    network,
    txHash,
    blockNumber: blockNumber === null ? null : Number(blockNumber),
    confirmations,
    payouts: payouts.map((one) => facts(one.claim, one.status)),
  };
}
