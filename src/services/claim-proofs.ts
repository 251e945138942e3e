import { sameAddress } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { Networks } from '#src/core/networks.ts';
import type { Claim, ClaimRepository } from '#src/core/ports/claims.ts';
import type { LoggedPayout, PayoutPort } from '#src/core/ports/payouts.ts';
import { type ClaimCaller, type Claims, type ClaimState, type ClaimStatus, releaseTimeOf } from './claims.ts';

/** Why a payout is not verified. */
export type Doubt =
  | 'not_in_a_block'
  | 'transaction_not_found'
  | 'no_payout_of_this_client'
  | 'no_payout_of_this_claim'
  | 'other_payout_than_claimed'
  | 'paid_by_another_transaction';

export type ProvenPayout = { claim: Claim; status: ClaimStatus };

export type Verification = {
  reason: Doubt | null;
  /** By the chain when it is verified, else as the journal has it; null when no claim is known. */
  status: ClaimStatus | null;
  network: string;
  txHash: Hex | null;
  blockNumber: bigint | null;
  confirmations: number;
  /** What was paid; empty unless verified. */
  payouts: readonly ProvenPayout[];
};

export type Question = { claimId?: string; txHash?: Hex; network?: string };

export type ClaimProofs = {
  /** Asks the chain for a claim, a transaction, or whether the one holds the other. @throws not_found, validation, unsupported_network, chain_unavailable */
  verify(caller: ClaimCaller, question: Question): Promise<Verification>;
};

export type ClaimProofPorts = {
  claims: Pick<Claims, 'get'>;
  store: { claims: Pick<ClaimRepository, 'findPayouts'> };
  payouts: Pick<PayoutPort, 'proof' | 'lock' | 'isPaid'>;
  networks: Networks;
};

/** Payouts as the chain's own log has them: our rows say what was promised, never that it was kept. */
export function createClaimProofs({ claims, store, payouts, networks }: ClaimProofPorts): ClaimProofs {
  return {
    async verify(caller, { claimId, txHash, network: asked }) {
      const known = claimId === undefined ? null : await claims.get(caller, claimId);
      const network = networkOf(networks, asked, known?.claim ?? null);
      const hash = txHash ?? known?.transaction.txHash ?? null;
      const place = { network, txHash: hash, blockNumber: null, confirmations: 0 };
      const doubt = async (reason: Doubt, at = {}): Promise<Verification> => {
        const elsewhere = known && txHash === undefined && (await isPaidElsewhere(payouts, known));
        const told = elsewhere ? 'paid_by_another_transaction' : reason;
        return { ...place, ...at, reason: told, status: known?.status ?? null, payouts: [] };
      };
      if (hash === null) return doubt('not_in_a_block');
      const proof = await payouts.proof(network, hash);
      if (!proof) return doubt('transaction_not_found');
      const { blockNumber, confirmations } = proof;
      const at = { blockNumber, confirmations };
      const wanted = known
        ? [known.claim]
        : await store.claims.findPayouts(
            caller.owner,
            caller.userId,
            proof.payouts.map(({ id }) => id),
          );
      const paid = wanted.flatMap((claim) => {
        const logged = proof.payouts.find(({ id }) => id === claim.payoutId);
        return logged ? [{ claim, logged }] : [];
      });
      if (paid.length === 0) return doubt(known ? 'no_payout_of_this_claim' : 'no_payout_of_this_client', at);
      if (!paid.every(({ claim, logged }) => keeps(logged, claim))) {
        return doubt('other_payout_than_claimed', at);
      }
      const proven = await Promise.all(
        paid.map(async ({ claim }): Promise<ProvenPayout> => ({
          claim,
          status: await standOf(payouts, claim),
        })),
      );
      return { ...place, ...at, reason: null, status: proven[0]?.status ?? null, payouts: proven };
    },
  };
}

/** A reorganised chain may let the failed payout before this one happen after all: then the contract refused this one. */
async function isPaidElsewhere(
  payouts: ClaimProofPorts['payouts'],
  { claim, status }: ClaimState,
): Promise<boolean> {
  return status === 'failed' && (await payouts.isPaid(claim.network, claim.payoutId));
}

/** What the chain has made of a payout since; anybody may release what is due. */
async function standOf(
  payouts: ClaimProofPorts['payouts'],
  { releaseAt, network, payoutId }: Claim,
): Promise<ClaimStatus> {
  if (releaseAt === null) return 'paid';
  return (await payouts.lock(network, payoutId))?.released ? 'released' : 'locked';
}

function networkOf(networks: Networks, asked: string | undefined, claim: Claim | null): string {
  const network = asked === undefined ? (claim?.network ?? networks.default.name) : networks.get(asked).name;
  if (!claim || claim.network === network) return network;
  throw fail('validation', { field: 'network', message: `The claim is on ${claim.network}` });
}

/** What the chain paid is what the claim promised. */
function keeps(logged: LoggedPayout, claim: Claim): boolean {
  const { token, payer, recipient, amount } = claim;
  return (
    sameAddress(logged.token, token) &&
    sameAddress(logged.payer, payer) &&
    sameAddress(logged.recipient, recipient) &&
    logged.amount === amount &&
    logged.releaseTime === releaseTimeOf(claim)
  );
}
