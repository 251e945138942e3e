import type { Address } from '#src/core/hex.ts';
import { type Refusal, refuse } from '#src/core/payment.ts';
import { permit2Address } from '#src/core/permit2.ts';
import { asAddress, asBytes, asFields, asUint, type Fields } from '../fields.ts';
import { splitSignature } from '../recover.ts';
import { word } from '../typed-data.ts';
import type { Permit2Authorization } from './authorization.ts';

/** x402 extension: the payer's EIP-2612 permit gives Permit2 its allowance in the settling transaction. */
export const sponsoringExtension = 'eip2612GasSponsoring';

/** A permit of the payer, ready to be sent. */
export type Sponsoring = {
  from: Address;
  asset: Address;
  spender: Address;
  amount: bigint;
  /** Unix seconds. */
  deadline: bigint;
  /** `(value, deadline, r, s, v)` as ABI words. */
  words: string;
};

const told = ['from', 'asset', 'spender', 'amount', 'nonce', 'deadline', 'signature', 'version'] as const;

/** The permit a payment brings; null when it brings none (a server's bare offer, echoed, is none). */
export function readSponsoring(extensions: Fields): Sponsoring | Refusal | null {
  const info = asFields(asFields(extensions[sponsoringExtension])?.['info']);
  if (!info || told.some((name) => !info[name])) return null;
  const [from, asset, spender] = [info['from'], info['asset'], info['spender']].map(asAddress);
  const [amount, nonce, deadline] = [info['amount'], info['nonce'], info['deadline']].map(asUint);
  const signature = asBytes(info['signature'], 65);
  const parts = signature ? splitSignature(signature) : null;
  const version = info['version'];
  const named = typeof version === 'string' && version.length < 32 && /^[0-9]+(\.[0-9]+)*$/.test(version);
  if (!from || !asset || !spender || amount == null || nonce == null || deadline == null) return malformed();
  if (!parts || !named) return malformed();
  const words = word(amount) + word(deadline) + parts.r + parts.s + word(27 + parts.parity);
  return { from, asset, spender, amount, deadline, words };
}

function malformed(): Refusal {
  return refuse('invalid_eip2612_extension_format', 'the EIP-2612 permit of the payment is malformed');
}

/** Whether the permit serves this payment; `least` is the earliest deadline taken, Unix seconds. */
export function checkSponsoring(
  permit: Sponsoring,
  auth: Permit2Authorization,
  least: bigint,
): Refusal | null {
  if (permit.from !== auth.from) return refuse('eip2612_from_mismatch', 'the permit is not the payer’s');
  if (permit.asset !== auth.token) return refuse('eip2612_asset_mismatch', 'the permit is for another token');
  if (permit.spender !== permit2Address.toLowerCase()) {
    return refuse('eip2612_spender_not_permit2', 'the permit is for another spender than Permit2');
  }
  if (permit.deadline < least) {
    return refuse('eip2612_deadline_expired', 'the permit has (all but) expired');
  }
  if (permit.amount === auth.amount) return null;
  return refuse('permit2_2612_amount_mismatch', 'the permit is for another amount than the payment');
}
