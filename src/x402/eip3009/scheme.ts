import { createHash } from 'node:crypto';
import type { Hex } from '#src/core/hex.ts';
import {
  type PaymentRequest,
  type PreparedPayment,
  type Refusal,
  refuse,
  type Unreadable,
} from '../domain.ts';
import { bare } from '../keccak.ts';
import { recoverAddress } from '../recover.ts';
import type { PaymentScheme, SchemeContext } from '../schemes.ts';
import type { Domain } from '../typed-data.ts';
import {
  type Authorization,
  authorizationDigest,
  authorizationWords,
  planTransfer,
  readAuthorization,
  stateReads,
  walletRead,
} from './authorization.ts';
import { judge } from './judge.ts';

/** Enough that a wallet which burns all it is given (63/64) still leaves an answer instead of a failed call. */
const walletQuestionGas = 3_000_000n;

/** `exact` by EIP-3009 `transferWithAuthorization`. */
export const exactEip3009: PaymentScheme = {
  scheme: 'exact',
  method: 'eip3009',
  versions: [1, 2],
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
  const terms = checkTerms(auth, request, context);
  // The signature is judged first; a wallet contract's only the chain can judge.
  if (terms && byKey) return terms;
  const deployable = auth.wrapper !== null && context.factories.has(auth.wrapper.factory);
  const settlement = planTransfer(auth, { asset, words, byKey, deploy: deployable && !byKey });
  const wallet = walletRead(auth, digest);
  return {
    method: 'eip3009',
    chainId: context.network.chainId,
    network: context.network.name,
    asset,
    payer: auth.from,
    payTo: auth.to,
    nonce: auth.nonce,
    amount: auth.value,
    validBefore: auth.validBefore,
    fingerprint: fingerprint(request, digest, auth.signature),
    question: {
      reads: [...stateReads(auth, asset), ...(byKey ? [] : [wallet])],
      simulation: settlement.calls,
      gas: byKey ? settlement.gas : walletQuestionGas,
    },
    judge: (answer) => judge(answer, { auth, domain, byKey, terms, deployable, walletRead: wallet }),
    settlement,
  };
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

/** Recipient, time window and value, in the order of the rules. */
function checkTerms(auth: Authorization, request: PaymentRequest, context: SchemeContext): Refusal | null {
  const { payTo, amount } = request.requirements;
  const now = BigInt(context.now);
  if (auth.to !== payTo) {
    return refuse(
      'invalid_exact_evm_recipient_mismatch',
      'the authorization pays another address than payTo',
    );
  }
  if (auth.validBefore < now + BigInt(context.marginSeconds)) {
    return refuse(
      'invalid_exact_evm_payload_authorization_valid_before',
      'the authorization has (all but) expired',
    );
  }
  if (auth.validAfter > now) {
    return refuse(
      'invalid_exact_evm_payload_authorization_valid_after',
      'the authorization is not valid yet',
    );
  }
  const enough = request.version === 1 ? auth.value >= amount : auth.value === amount;
  if (enough) return null;
  return refuse(
    'invalid_exact_evm_payload_authorization_value_mismatch',
    'the authorized value is not the amount',
  );
}

function fingerprint(request: PaymentRequest, digest: Uint8Array, signature: Hex): string {
  const { requirements: r, version } = request;
  return createHash('sha256')
    .update(`eip3009 ${version} ${r.network} ${r.asset} ${r.payTo} ${r.amount} ${bare(digest)} ${signature}`)
    .digest('hex');
}
