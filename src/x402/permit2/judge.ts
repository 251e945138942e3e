import type { CallResult, ChainAnswer, View } from '#src/core/probe.ts';
import { type PreparedPayment, type Refusal, refuse } from '#src/core/payment.ts';
import { permit2Address } from '#src/core/permit2.ts';
import type { Address } from '#src/core/hex.ts';
import { readUint, selector, view } from '../abi.ts';
import { walletSays } from '../erc1271.ts';
import { word } from '../typed-data.ts';
import type { Permit2Authorization } from './authorization.ts';

const selectors = {
  nonceBitmap: selector('nonceBitmap(address,uint256)'),
  permit2: selector('PERMIT2()'),
  balanceOf: selector('balanceOf(address)'),
  allowance: selector('allowance(address,address)'),
};
const diagnosisGas = 3_000_000n;
const permit2 = permit2Address.toLowerCase() as Address;

/** What is known of a payment before the chain is asked. */
export type Case = {
  auth: Permit2Authorization;
  proxy: Address;
  /** Atomic units that are to move. */
  amount: bigint;
  byKey: boolean;
  /** Asks the payer's code about the signature. */
  askWallet(): View;
};

/** Spent nonces, the proxy, the balance; for a wallet contract its word. */
export function firstReads({ auth, proxy, byKey, askWallet }: Case): View[] {
  return [
    view(permit2, selectors.nonceBitmap, word(auth.from) + word(auth.nonce >> 8n)),
    view(proxy, selectors.permit2),
    view(auth.token, selectors.balanceOf, word(auth.from)),
    ...(byKey ? [] : [askWallet()]),
  ];
}

/** The rules that only the chain can answer, in order. */
export function judge(answer: ChainAnswer, known: Case): ReturnType<PreparedPayment['judge']> {
  const { auth, amount } = known;
  const [bitmap, proxy, balance, wallet] = answer.reads;
  if (!known.byKey && walletSays(wallet) !== 'agrees') return wrongSignature();
  if (uintOf(balance) === null) return refuse('asset_not_deployed_contract', 'the asset is no token');
  const spent = uintOf(bitmap);
  // A call of an address without code succeeds: what is not there must be found out before.
  if (spent === null || uintOf(proxy) !== BigInt(permit2)) {
    return refuse('permit2_proxy_not_deployed', "Permit2 or x402's proxy is not on this network");
  }
  if (((spent >> (auth.nonce & 255n)) & 1n) === 1n) {
    return refuse('permit2_invalid_nonce', 'the nonce was used or cancelled');
  }
  if (answer.simulation.at(-1)?.ok) return { valid: true, payer: auth.from };
  if (answer.timestamp > auth.deadline) return refuse('permit2_deadline_expired', 'the permit has expired');
  if (answer.timestamp < auth.validAfter) return refuse('permit2_not_yet_valid', 'it is not valid yet');
  if ((uintOf(balance) ?? 0n) < amount) {
    return refuse('permit2_insufficient_balance', "the payer's balance is below the amount");
  }
  const reads = [view(auth.token, selectors.allowance, word(auth.from) + word(permit2)), known.askWallet()];
  return {
    diagnose: { reads, simulation: [], gas: diagnosisGas },
    explain: (second) => explain(second, known),
  };
}

/** Why Permit2 or the token refused what looked right from outside. */
function explain(answer: ChainAnswer, known: Case): Refusal {
  const [allowance, wallet] = answer.reads;
  if (known.byKey && walletSays(wallet) === 'refuses') return wrongSignature();
  const allowed = uintOf(allowance);
  if (allowed !== null && allowed < known.amount) {
    return refuse('permit2_allowance_required', 'Permit2 has no sufficient allowance of the payer');
  }
  return refuse('permit2_simulation_failed', 'the transfer would fail on the chain');
}

function uintOf(result: CallResult | undefined): bigint | null {
  return result?.ok ? readUint(result.data) : null;
}

function wrongSignature(): Refusal {
  return refuse('invalid_permit2_signature', "the signature is not the payer's");
}
