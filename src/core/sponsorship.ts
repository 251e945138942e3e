import { sameAddress } from './address.ts';
import type { Address, Hex } from './hex.ts';
import type { Call } from './journal.ts';
import { keccakText } from './keccak.ts';

/** A contract and those of its methods that may be sponsored, by signature or 4-byte selector; all when absent. */
export type SponsoredContract = { contract: Address; methods?: readonly string[] };

/** What an operator pays for on behalf of an owner; null lifts a rule. */
export type SponsorshipPolicy = {
  allow: readonly SponsoredContract[] | null;
  /** Gas that one operation may ask for. */
  maxGas: bigint | null;
  /** Wei a UTC day. */
  dailyBudget: bigint | null;
};

/** Wei: settled and held on a day, and settled since the beginning. */
export type SponsorshipUsage = { spent: bigint; reserved: bigint; total: bigint };

const selector = /^0x[0-9a-f]{8}$/i;
const signature = /^[A-Za-z_$][\w$]*\([\w,()[\]]*\)$/;
/** Spellings that compilers know and selectors are never made of. */
const aliases = /[(,](?:u?int|u?fixed|byte)(?=[,)[])/;

/** True for a 4-byte selector and for a signature in the spelling that selectors are made of. */
export function isMethod(text: string): boolean {
  return selector.test(text) || (signature.test(text) && !aliases.test(text));
}

/** 4-byte selector of a method, lower case. */
export function selectorOf(method: string): Hex {
  return selector.test(method) ? (method.toLowerCase() as Hex) : `0x${keccakText(method).slice(0, 8)}`;
}

/** The first call that the policy does not allow, or null. A call without data has the selector 0x. */
export function uncoveredCall(
  { allow }: Pick<SponsorshipPolicy, 'allow'>,
  calls: readonly Call[],
): { contract: Address; method: Hex } | null {
  if (allow === null) return null;
  for (const { to, data } of calls) {
    const method = data.slice(0, 10).toLowerCase() as Hex;
    const covers = ({ contract, methods }: SponsoredContract): boolean =>
      sameAddress(contract, to) && (!methods || methods.some((one) => selectorOf(one) === method));
    if (!allow.some(covers)) return { contract: to, method };
  }
  return null;
}

/** The UTC day of a moment, `2026-11-25`. */
export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}
