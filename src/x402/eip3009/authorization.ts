import type { Address, Hex } from '#src/core/hex.ts';
import type { View } from '#src/core/probe.ts';
import { selector, tail, topic, view } from '../abi.ts';
import type { SettlementPlan, Unreadable } from '#src/core/payment.ts';
import { unwrapSignature, isWrapped, type WrappedSignature } from '../erc6492.ts';
import { asAddress, asBytes, asFields, asUint, asWord, type Fields } from '../fields.ts';
import { keccakText } from '#src/core/keccak.ts';
import { splitSignature } from '../recover.ts';
import { type Domain, hashWords, typedDataDigest, word } from '../typed-data.ts';

/** ERC-6492 wrappers carry a deployment, so a signature may be long; the body's limit is far away. */
const maxSignatureBytes = 8_192;
/** What a transfer may use, call data apart: a hostile token can't burn more. */
const gasLimit = 250_000n;
/** A wallet contract checks the signature inside the token call, so it may use more. */
const walletGasLimit = 400_000n;
const deployGas = 1_000_000n;

const typeHash = keccakText(
  'TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)',
);
const fieldTypes = 'address,address,uint256,uint256,uint256,bytes32';
const selectors = {
  transferBySplit: selector(`transferWithAuthorization(${fieldTypes},uint8,bytes32,bytes32)`),
  transferByBytes: selector(`transferWithAuthorization(${fieldTypes},bytes)`),
  authorizationState: selector('authorizationState(address,bytes32)'),
  balanceOf: selector('balanceOf(address)'),
};

/** Transfer(from, to, value) and AuthorizationUsed(authorizer, nonce): what a settled payment leaves behind. */
export const eip3009Topics = {
  transfer: topic('Transfer(address,address,uint256)'),
  authorizationUsed: topic('AuthorizationUsed(address,bytes32)'),
};

export type Authorization = {
  from: Address;
  to: Address;
  value: bigint;
  /** Unix seconds; valid strictly after. */
  validAfter: bigint;
  /** Unix seconds; valid strictly before. */
  validBefore: bigint;
  nonce: Hex;
  /** Without its ERC-6492 wrapper. */
  signature: Hex;
  wrapper: WrappedSignature | null;
};

/** Reads `{ signature, authorization }` strictly. */
export function readAuthorization(payload: Fields): Authorization | Unreadable {
  const fields = asFields(payload['authorization']);
  if (!fields) return unreadable('authorization', 'must be an object');
  const sent = asBytes(payload['signature'], maxSignatureBytes);
  if (!sent) return unreadable('signature', `must be 0x-prefixed hex of at most ${maxSignatureBytes} bytes`);
  const wrapper = isWrapped(sent) ? unwrapSignature(sent) : null;
  if (isWrapped(sent) && !wrapper) return unreadable('signature', 'is a malformed ERC-6492 wrapper');
  const from = asAddress(fields['from']);
  if (!from) return unreadable('authorization.from', 'must be an address');
  const to = asAddress(fields['to']);
  if (!to) return unreadable('authorization.to', 'must be an address');
  const value = asUint(fields['value']);
  if (value === null) return unreadable('authorization.value', 'must be a decimal string');
  const validAfter = asUint(fields['validAfter']);
  if (validAfter === null) return unreadable('authorization.validAfter', 'must be a decimal string');
  const validBefore = asUint(fields['validBefore']);
  if (validBefore === null) return unreadable('authorization.validBefore', 'must be a decimal string');
  const nonce = asWord(fields['nonce']);
  if (!nonce) return unreadable('authorization.nonce', 'must be 32 bytes of hex');
  return { from, to, value, validAfter, validBefore, nonce, signature: wrapper?.signature ?? sent, wrapper };
}

function unreadable(name: string, problem: string): Unreadable {
  const field = `paymentPayload.payload.${name}`;
  return { fault: 'invalid_payload', field, message: `${field} ${problem}` };
}

/** The signed fields as ABI words: the struct of EIP-712 and the arguments of the call alike. */
export function authorizationWords(auth: Authorization): string {
  return [auth.from, auth.to, auth.value, auth.validAfter, auth.validBefore, auth.nonce].map(word).join('');
}

/** EIP-712 digest of a TransferWithAuthorization. */
export function authorizationDigest(domain: Domain, words: string): Uint8Array {
  return typedDataDigest(domain, hashWords(typeHash + words));
}

/** Whether the nonce is spent. */
export function stateRead(auth: Authorization, asset: Address): View {
  return view(asset, selectors.authorizationState, word(auth.from) + word(auth.nonce));
}

/** What the payer has. */
export function balanceRead(auth: Authorization, asset: Address): View {
  return view(asset, selectors.balanceOf, word(auth.from));
}

type PlanOptions = { asset: Address; words: string; byKey: boolean; deploy: boolean };

/** A key's signature goes in three parts, which every such token takes; a wallet contract's only as bytes. */
export function planTransfer(auth: Authorization, options: PlanOptions): SettlementPlan {
  const { asset, words, byKey, deploy } = options;
  const parts = byKey ? splitSignature(auth.signature) : null;
  const transfer = parts
    ? view(asset, selectors.transferBySplit, words + word(27 + parts.parity) + parts.r + parts.s)
    : view(asset, selectors.transferByBytes, words + word(7 * 32) + tail(auth.signature));
  const deployment =
    deploy && auth.wrapper ? [{ to: auth.wrapper.factory, data: auth.wrapper.factoryData, value: 0n }] : [];
  const from: Hex = `0x${word(auth.from)}`;
  const to: Hex = `0x${word(auth.to)}`;
  return {
    calls: [...deployment, { ...transfer, value: 0n }],
    expect: [
      { address: asset, topics: [eip3009Topics.transfer, from, to], data: `0x${word(auth.value)}` },
      { address: asset, topics: [eip3009Topics.authorizationUsed, from, auth.nonce] },
    ],
    alone: !byKey,
    gas: (byKey ? gasLimit : walletGasLimit) + (deployment.length > 0 ? deployGas : 0n),
  };
}
