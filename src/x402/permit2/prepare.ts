import { hash } from 'node:crypto';
import { bare } from '#src/core/keccak.ts';
import {
  type PaymentRequest,
  type PreparedPayment,
  type Reason,
  type Refusal,
  refuse,
  type Unreadable,
} from '#src/core/payment.ts';
import { walletRead } from '../erc1271.ts';
import { recoverAddress } from '../recover.ts';
import type { SchemeContext } from '../schemes.ts';
import { word } from '../typed-data.ts';
import { type Permit2Authorization, permit2Digest, readPermit2, type WitnessType } from './authorization.ts';
import { type Case, firstReads, judge } from './judge.ts';
import { planSettlement, type ProxyCalls } from './settlement.ts';
import { checkSponsoring, readSponsoring, type Sponsoring, sponsoringExtension } from './sponsoring.ts';

/** Enough that a wallet which burns all it is given (63/64) still leaves an answer instead of a failed call. */
const walletQuestionGas = 3_000_000n;

/** A scheme that pays through Permit2. */
export type Permit2Variant = {
  scheme: string;
  method: string;
  witness: WitnessType;
  calls: ProxyCalls;
  /** The witness names the key that must send, and the amount settled may be less than permitted. */
  partial: boolean;
  /** How the scheme calls a transaction that failed. */
  failed: Reason;
};

/** Terms that hold for ever (`mismatch`) and terms of the moment. */
type Terms = { refusal: Refusal | null; mismatch: Refusal | null };

/** Reads a Permit2 payment and applies every rule that needs no chain. */
export function preparePermit2(
  variant: Permit2Variant,
  request: PaymentRequest,
  context: SchemeContext,
): PreparedPayment | Refusal | Unreadable {
  const auth = readPermit2(request.payload, variant.partial);
  if ('fault' in auth) return auth;
  const digest = permit2Digest(auth, context.network.chainId, variant.witness);
  const byKey = recoverAddress(context.recover, digest, auth.signature) === auth.from;
  const terms = checkTerms(variant, auth, request, context);
  const sponsored = readSponsored(request, auth, context);
  const amount = variant.partial ? request.requirements.amount : auth.amount;
  // Nothing to pay still wants to know that all of it could have been paid.
  const tried = amount === 0n ? auth.amount : amount;
  const { calls } = variant;
  const plan = planSettlement(auth, { calls, byKey, sponsoring: sponsored.permit, amount: tried });
  const known: Case = {
    auth,
    proxy: calls.address,
    amount: tried,
    byKey,
    askWallet: () => walletRead(auth.from, digest, auth.signature),
  };
  return {
    scheme: variant.scheme,
    method: variant.method,
    chainId: context.network.chainId,
    network: context.network.name,
    asset: auth.token,
    payer: auth.from,
    payTo: auth.to,
    nonce: `0x${word(auth.nonce)}`,
    amount,
    validBefore: auth.deadline + 1n,
    ...fingerprints(request, `permit2 ${bare(digest)} ${plan.trace}`),
    refusal: terms.refusal ?? sponsored.refusal,
    mismatch: terms.mismatch,
    question: {
      reads: firstReads(known),
      simulation: plan.calls,
      gas: byKey ? plan.gas : walletQuestionGas,
      ...(plan.sender ? { sender: plan.sender } : {}),
    },
    judge: (answer) => judge(answer, known),
    settlement: amount === 0n ? { ...plan, calls: [], expect: [] } : plan,
    words: {
      spent: 'permit2_invalid_nonce',
      simulation: 'permit2_simulation_failed',
      failed: variant.failed,
    },
  };
}

/** The EIP-2612 permit that comes with a payment, and what is wrong with it. */
function readSponsored(
  { extensions }: PaymentRequest,
  auth: Permit2Authorization,
  { now, marginSeconds }: SchemeContext,
): { permit: Sponsoring | null; refusal: Refusal | null } {
  const read = readSponsoring(extensions);
  if (!read) return { permit: null, refusal: null };
  if ('valid' in read) return { permit: null, refusal: read };
  return { permit: read, refusal: checkSponsoring(read, auth, BigInt(now + marginSeconds)) };
}

/** Spender, recipient, facilitator, time, amount, token: in the order of the official facilitator. */
function checkTerms(
  { calls, partial }: Permit2Variant,
  auth: Permit2Authorization,
  { requirements }: PaymentRequest,
  { now, marginSeconds, signers, purpose }: SchemeContext,
): Terms {
  const settles = partial && purpose === 'settle';
  const enough = settles ? auth.amount >= requirements.amount : auth.amount === requirements.amount;
  const spender =
    auth.spender === calls.address
      ? null
      : refuse('invalid_permit2_spender', "the spender is not x402's proxy of this scheme");
  const recipient =
    auth.to === requirements.payTo
      ? null
      : refuse('invalid_permit2_recipient_mismatch', 'payTo is not who is paid');
  const facilitator =
    auth.facilitator === null || signers.has(auth.facilitator)
      ? null
      : refuse('upto_facilitator_mismatch', 'the payment names another facilitator');
  const deadline =
    auth.deadline >= BigInt(now + marginSeconds)
      ? null
      : refuse('permit2_deadline_expired', 'the permit has (all but) expired');
  const early =
    auth.validAfter <= BigInt(now) ? null : refuse('permit2_not_yet_valid', 'it is not valid yet');
  const amount = enough
    ? null
    : settles
      ? refuse('invalid_upto_evm_payload_settlement_exceeds_amount', 'more is asked than was permitted')
      : refuse('permit2_amount_mismatch', 'the permitted amount is not the amount asked');
  const token =
    auth.token === requirements.asset
      ? null
      : refuse('permit2_token_mismatch', 'the permitted token is not the asset asked');
  const mismatch = spender ?? recipient ?? amount ?? token;
  return { refusal: spender ?? recipient ?? facilitator ?? deadline ?? early ?? amount ?? token, mismatch };
}

/** Who permits Permit2 what is part of the question: the same payment may fail without it. */
function fingerprints({ requirements: r, version, extensions }: PaymentRequest, signed: string) {
  const proof = sha256(signed);
  const asked = `${version} ${r.scheme} ${r.network} ${r.asset} ${r.payTo} ${r.amount}`;
  const permit = JSON.stringify(extensions[sponsoringExtension] ?? null);
  return { proof, fingerprint: sha256(`${asked} ${proof} ${permit}`) };
}

function sha256(text: string): string {
  return hash('sha256', text);
}
