import type { Address, Hex } from '#src/core/hex.ts';
import { keccakText } from '#src/core/keccak.ts';
import type { Unreadable } from '#src/core/payment.ts';
import { permit2Address } from '#src/core/permit2.ts';
import { isWrapped, unwrapSignature } from '../erc6492.ts';
import { asAddress, asBytes, asFields, asUint, type Fields } from '../fields.ts';
import { hashWords, separatedDigest, word } from '../typed-data.ts';

/** A wallet's signature may be long; the body's limit is far away. */
const maxSignatureBytes = 8_192;

const tokenPermissions = 'TokenPermissions(address token,uint256 amount)';
const tokenPermissionsHash = keccakText(tokenPermissions);
const domainHash = keccakText('EIP712Domain(string name,uint256 chainId,address verifyingContract)');
const domainName = keccakText('Permit2');

/** What a payer signed for Permit2: the proxy may take the amount, and pays it to `to`. */
export type Permit2Authorization = {
  from: Address;
  token: Address;
  amount: bigint;
  spender: Address;
  nonce: bigint;
  /** Unix seconds; valid up to and with it. */
  deadline: bigint;
  to: Address;
  /** upto: the one key that may send it; null for exact. */
  facilitator: Address | null;
  /** Unix seconds; valid from then on. */
  validAfter: bigint;
  /** Without an ERC-6492 wrapper. */
  signature: Hex;
};

/** The witness type of a scheme and the hashes that follow from it. */
export type WitnessType = { typeHash: string; permitHash: string };

/** `members` as they stand in the type, e.g. `address to,uint256 validAfter`. */
export function witnessType(members: string): WitnessType {
  const witness = `Witness(${members})`;
  const permit = 'address spender,uint256 nonce,uint256 deadline,Witness witness';
  return {
    typeHash: keccakText(witness),
    permitHash: keccakText(
      `PermitWitnessTransferFrom(TokenPermissions permitted,${permit})${tokenPermissions}${witness}`,
    ),
  };
}

type Read<T> = { value: T } | Unreadable;

/** Reads `{ signature, permit2Authorization }` strictly; a witness with a facilitator only when it is asked for. */
export function readPermit2(payload: Fields, named: boolean): Permit2Authorization | Unreadable {
  const auth = asFields(payload['permit2Authorization']);
  if (!auth) return unreadable('permit2Authorization', 'must be an object');
  const permitted = asFields(auth['permitted']);
  if (!permitted) return unreadable('permit2Authorization.permitted', 'must be an object');
  const witness = asFields(auth['witness']);
  if (!witness) return unreadable('permit2Authorization.witness', 'must be an object');
  const parts = {
    signature: readSignature(payload['signature']),
    from: address('from', auth['from']),
    token: address('permitted.token', permitted['token']),
    amount: uint('permitted.amount', permitted['amount']),
    spender: address('spender', auth['spender']),
    nonce: uint('nonce', auth['nonce']),
    deadline: uint('deadline', auth['deadline']),
    to: address('witness.to', witness['to']),
    facilitator: named ? address('witness.facilitator', witness['facilitator']) : { value: null },
    validAfter: uint('witness.validAfter', witness['validAfter']),
  };
  for (const part of Object.values(parts)) if ('fault' in part) return part;
  const entries = Object.entries(parts).map(([name, part]) => [name, 'value' in part ? part.value : null]);
  return Object.fromEntries(entries) as Permit2Authorization;
}

function address(name: string, value: unknown): Read<Address> {
  const read = asAddress(value);
  return read ? { value: read } : unreadable(`permit2Authorization.${name}`, 'must be an address');
}

function uint(name: string, value: unknown): Read<bigint> {
  const read = asUint(value);
  return read === null
    ? unreadable(`permit2Authorization.${name}`, 'must be a decimal string')
    : { value: read };
}

function readSignature(value: unknown): Read<Hex> {
  const sent = asBytes(value, maxSignatureBytes);
  if (!sent) return unreadable('signature', `must be 0x-prefixed hex of at most ${maxSignatureBytes} bytes`);
  if (!isWrapped(sent)) return { value: sent };
  const inner = unwrapSignature(sent)?.signature;
  return inner ? { value: inner } : unreadable('signature', 'is a malformed ERC-6492 wrapper');
}

function unreadable(name: string, problem: string): Unreadable {
  const field = `paymentPayload.payload.${name}`;
  return { fault: 'invalid_payload', field, message: `${field} ${problem}` };
}

const separators = new Map<number, string>();

/** Permit2's domain has no version. */
function separatorOf(chainId: number): string {
  const known = separators.get(chainId);
  if (known) return known;
  const separator = hashWords(domainHash + domainName + word(chainId) + word(permit2Address.toLowerCase()));
  separators.set(chainId, separator);
  return separator;
}

/** The witness as ABI words: the struct of EIP-712 and the argument of the call alike. */
export function witnessWords({ to, facilitator, validAfter }: Permit2Authorization): string {
  return word(to) + (facilitator === null ? '' : word(facilitator)) + word(validAfter);
}

/** EIP-712 digest of a PermitWitnessTransferFrom. */
export function permit2Digest(auth: Permit2Authorization, chainId: number, type: WitnessType): Uint8Array {
  const permitted = hashWords(tokenPermissionsHash + word(auth.token) + word(auth.amount));
  const terms = permitted + word(auth.spender) + word(auth.nonce) + word(auth.deadline);
  const witness = hashWords(type.typeHash + witnessWords(auth));
  return separatedDigest(separatorOf(chainId), hashWords(type.permitHash + terms + witness));
}
