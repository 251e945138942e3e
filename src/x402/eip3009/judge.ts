import type { CallResult, ChainAnswer, View } from '#src/core/probe.ts';
import { readBool, readText, readUint, selector, view } from '../abi.ts';
import { walletSays } from '../erc1271.ts';
import { type PreparedPayment, type Refusal, refuse } from '#src/core/payment.ts';
import type { Domain } from '../typed-data.ts';
import type { Authorization } from './authorization.ts';

const selectors = { name: selector('name()'), version: selector('version()') };
const diagnosisGas = 3_000_000n;

/** What is known of a payment before the chain is asked. */
export type Case = {
  auth: Authorization;
  domain: Domain;
  /** The payer's own key signed. */
  byKey: boolean;
  /** What else is wrong, told once the signature is known to be right. */
  terms: Refusal | null;
  /** The payer may be deployed on the way. */
  deployable: boolean;
  /** Asks the payer's code about the signature. */
  askWallet(): View;
};

/** The rules that only the chain can answer, in order. */
export function judge(answer: ChainAnswer, known: Case): ReturnType<PreparedPayment['judge']> {
  const { auth } = known;
  const [state, balance, wallet] = answer.reads;
  const signature = known.byKey ? null : checkWallet(wallet, known);
  if (signature) return signature;
  if (known.terms) return known.terms;
  const used = state?.ok ? readBool(state.data) : null;
  if (used === null) {
    return refuse('invalid_exact_evm_eip3009_not_supported', 'the asset does not speak EIP-3009');
  }
  if (used) return refuse('invalid_exact_evm_nonce_already_used', 'the authorization was used or cancelled');
  if (answer.simulation.at(-1)?.ok) return { valid: true, payer: auth.from };
  if (answer.timestamp >= auth.validBefore) {
    return refuse('invalid_exact_evm_payload_authorization_valid_before', 'the authorization has expired');
  }
  if (answer.timestamp <= auth.validAfter) {
    return refuse(
      'invalid_exact_evm_payload_authorization_valid_after',
      'the authorization is not valid yet',
    );
  }
  const funds = balance?.ok ? readUint(balance.data) : null;
  if (funds !== null && funds < auth.value) {
    return refuse('invalid_exact_evm_insufficient_balance', "the payer's balance is below the value");
  }
  const asset = known.domain.verifyingContract;
  const reads = [view(asset, selectors.name), view(asset, selectors.version), known.askWallet()];
  return {
    diagnose: { reads, simulation: [], gas: diagnosisGas },
    explain: (second) => explain(second, known),
  };
}

function checkWallet(wallet: CallResult | undefined, known: Case): Refusal | null {
  const word = walletSays(wallet);
  if (word === 'agrees') return null;
  if (word === 'refuses' || !known.auth.wrapper) return wrongSignature();
  // Not deployed yet: the simulation deploys it and asks it.
  if (known.deployable) return null;
  return refuse('eip6492_factory_not_allowed', "the wallet's factory is not one that may be called");
}

/** Why the token refused what looked right from outside. */
function explain(answer: ChainAnswer, known: Case): Refusal {
  const [name, version, wallet] = answer.reads;
  const toldName = name?.ok ? readText(name.data) : null;
  if (toldName !== null && toldName !== known.domain.name) {
    return refuse('invalid_exact_evm_token_name_mismatch', "extra.name is not the token's name");
  }
  const toldVersion = version?.ok ? readText(version.data) : null;
  if (toldVersion !== null && toldVersion !== known.domain.version) {
    return refuse('invalid_exact_evm_token_version_mismatch', "extra.version is not the token's version");
  }
  if (known.byKey && walletSays(wallet) === 'refuses') return wrongSignature();
  return refuse('invalid_exact_evm_transaction_simulation_failed', 'the transfer would fail on the chain');
}

function wrongSignature(): Refusal {
  return refuse('invalid_exact_evm_signature', "the signature is not the payer's");
}
