import { hash } from 'node:crypto';
import type { Address, Hex } from '#src/core/hex.ts';
import {
  type PaymentRequest,
  type PreparedPayment,
  type Refusal,
  refuse,
  type Unreadable,
} from '#src/core/payment.ts';
import { bare } from '#src/core/keccak.ts';
import type { View } from '#src/core/probe.ts';
import { walletRead } from '../erc1271.ts';
import { recoverAddress } from '../recover.ts';
import type { PaymentScheme, SchemeContext } from '../schemes.ts';
import type { Domain } from '../typed-data.ts';
import {
  type Authorization,
  authorizationDigest,
  authorizationWords,
  balanceRead,
  planTransfer,
  readAuthorization,
  stateRead,
} from './authorization.ts';
import { judge } from './judge.ts';

/** Enough that a wallet which burns all it is given (63/64) still leaves an answer instead of a failed call. */
const walletQuestionGas = 3_000_000n;

const outcomes = {
  spent: 'invalid_exact_evm_nonce_already_used',
  simulation: 'invalid_exact_evm_transaction_simulation_failed',
  failed: 'invalid_exact_evm_transaction_failed',
} as const;

/** `exact` by EIP-3009 `transferWithAuthorization`. */
export const exactEip3009: PaymentScheme = {
  scheme: 'exact',
  method: 'eip3009',
  versions: [1, 2],
  mismatch: { scheme: 'invalid_exact_evm_scheme', network: 'invalid_exact_evm_network_mismatch' },
  recognises: (payload) => 'authorization' in payload,
  prepare,
};

function prepare(request: PaymentRequest, context: SchemeContext): PreparedPayment | Refusal | Unreadable {
  const auth = readAuthorization(request.payload);
  if ('fault' in auth) return auth;
  const domain = domainOf(request, context);
  if (!domain) {
    return refuse('invalid_exact_evm_missing_eip712_domain', 'extra.name and extra.version are needed');
  }
  const { asset } = request.requirements;
  const words = authorizationWords(auth);
  const digest = authorizationDigest(domain, words);
  const byKey = recoverAddress(context.recover, digest, auth.signature) === auth.from;
  const { mismatch, refusal: terms } = checkTerms(auth, request, context);
  const deployable = auth.wrapper !== null && context.factories.has(auth.wrapper.factory);
  const settlement = planTransfer(auth, { asset, words, byKey, deploy: deployable && !byKey });
  const askWallet = () => walletRead(auth.from, digest, auth.signature);
  return {
    scheme: 'exact',
    method: 'eip3009',
    chainId: context.network.chainId,
    network: context.network.name,
    asset,
    payer: auth.from,
    payTo: auth.to,
    nonce: auth.nonce,
    amount: auth.value,
    validBefore: auth.validBefore,
    ...fingerprints(request, digest, auth.signature),
    // The signature is judged first, and a wallet contract's only the chain can judge.
    refusal: byKey ? terms : null,
    mismatch,
    question: {
      ...(byKey ? sharedReads(auth, asset) : { reads: [...allReads(auth, asset), askWallet()] }),
      simulation: settlement.calls,
      gas: byKey ? settlement.gas : walletQuestionGas,
    },
    judge: (answer) => judge(answer, { auth, domain, byKey, terms, deployable, askWallet }),
    settlement,
    words: outcomes,
  };
}

function allReads(auth: Authorization, asset: Address): [state: View, balance: View] {
  return [stateRead(auth, asset), balanceRead(auth, asset)];
}

/** Of a key's payment, which may share a call; a wallet contract's code may look at anything, and burn the gas of all. */
function sharedReads(auth: Authorization, asset: Address) {
  const [state, balance] = allReads(auth, asset);
  return { reads: [state], whys: [balance], between: { payer: auth.from, payTo: auth.to } };
}

/** The token's EIP-712 domain as the merchant tells it, else as the asset registry knows it; never guessed. */
function domainOf(request: PaymentRequest, context: SchemeContext): Domain | null {
  const { extra, asset } = request.requirements;
  const name = extra['name'] ?? context.asset.eip712Name;
  const version = extra['version'] ?? context.asset.eip712Version;
  if (typeof name !== 'string' || typeof version !== 'string') return null;
  if (!name || !version || name.length > 256 || version.length > 64) return null;
  return { name, version, chainId: context.network.chainId, verifyingContract: asset };
}

type Terms = { refusal: Refusal | null; mismatch: Refusal | null };

/** Recipient, time window and value; `refusal` is the first in the order of the rules. */
function checkTerms(auth: Authorization, request: PaymentRequest, context: SchemeContext): Terms {
  const { payTo, amount } = request.requirements;
  const now = BigInt(context.now);
  const enough = request.version === 1 ? auth.value >= amount : auth.value === amount;
  const recipient =
    auth.to === payTo ? null : refuse('invalid_exact_evm_recipient_mismatch', 'payTo is not who is paid');
  const before =
    auth.validBefore >= now + BigInt(context.marginSeconds)
      ? null
      : refuse(
          'invalid_exact_evm_payload_authorization_valid_before',
          'the authorization has (all but) expired',
        );
  const after =
    auth.validAfter <= now
      ? null
      : refuse('invalid_exact_evm_payload_authorization_valid_after', 'the authorization is not valid yet');
  const value = enough
    ? null
    : refuse(
        'invalid_exact_evm_payload_authorization_value_mismatch',
        'the authorized value is not the amount',
      );
  return { refusal: recipient ?? before ?? after ?? value, mismatch: recipient ?? value };
}

function fingerprints(request: PaymentRequest, digest: Uint8Array, signature: Hex) {
  const { requirements: r, version } = request;
  const proof = sha256(`eip3009 ${bare(digest)} ${signature}`);
  return { proof, fingerprint: sha256(`${version} ${r.network} ${r.asset} ${r.payTo} ${r.amount} ${proof}`) };
}

function sha256(text: string): string {
  return hash('sha256', text);
}
