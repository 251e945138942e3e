import { fail } from './errors.ts';
import type { Address, Hex } from './hex.ts';

export const tokenStandards = ['ERC20', 'ERC20_VOTES', 'ERC721', 'ERC1155', 'SBT', 'ERC1363'] as const;
export type TokenStandard = (typeof tokenStandards)[number];

/** fungible: amounts · unique: ids, each there once · multi: amounts of ids. */
export type TokenFamily = 'fungible' | 'unique' | 'multi';

export function familyOf(standard: TokenStandard): TokenFamily {
  if (standard === 'ERC1155') return 'multi';
  return standard === 'ERC721' || standard === 'SBT' ? 'unique' : 'fungible';
}

/** Some of a token: an amount (atomic units; 1 of a unique one) of an id (null where there are none). */
export type Portion = { amount: bigint; itemId: bigint | null };

export const tokenRoles = ['DEFAULT_ADMIN_ROLE', 'MINTER_ROLE', 'PAUSER_ROLE'] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** `metadata`: JSON that we serve, and whose URI is then the item's. */
type Described = { uri: string | null; metadata?: string };
type Minted = Portion & { to: Address } & Described;
type RoleChange = { role: TokenRole; account: Address };

/** What an account can do on a token contract. */
export type TokenAction =
  | ({ method: 'mint' } & Minted)
  | ({ method: 'transfer'; to: Address } & Portion)
  | ({ method: 'burn' } & Portion)
  | ({ method: 'approve'; spender: Address } & Portion)
  | { method: 'mint_batch'; items: readonly Minted[] }
  | { method: 'transfer_batch'; items: readonly (Portion & { to: Address })[] }
  | { method: 'burn_batch'; items: readonly Portion[] }
  | { method: 'set_approval_for_all'; operator: Address; approved: boolean }
  | {
      method: 'permit';
      holder: Address;
      spender: Address;
      amount: bigint;
      /** Unix seconds. */
      deadline: bigint;
      signature: Hex;
    }
  | { method: 'transfer_and_call'; to: Address; amount: bigint; data: Hex }
  | { method: 'pause' }
  | { method: 'unpause' }
  | { method: 'set_royalty'; receiver: Address; bps: number; itemId: bigint | null }
  | ({ method: 'set_metadata'; itemId: bigint } & Described)
  | { method: 'transfer_ownership'; newOwner: Address }
  | ({ method: 'grant_role' } & RoleChange)
  | ({ method: 'revoke_role' } & RoleChange)
  | { method: 'renounce_role'; role: TokenRole };

export type TokenMethod = TokenAction['method'];

const fungible: readonly TokenStandard[] = ['ERC20', 'ERC20_VOTES', 'ERC1363'];

/** Standards that know a method; all of them know the others. */
const limited: Partial<Record<TokenMethod, readonly TokenStandard[]>> = {
  transfer: [...fungible, 'ERC721', 'ERC1155'],
  transfer_batch: [...fungible, 'ERC721', 'ERC1155'],
  approve: [...fungible, 'ERC721'],
  set_approval_for_all: ['ERC721', 'ERC1155'],
  permit: fungible,
  transfer_and_call: ['ERC1363'],
  set_royalty: ['ERC721', 'ERC1155'],
  set_metadata: ['ERC721', 'ERC1155', 'SBT'],
};

/** @throws validation when tokens of the standard can't do it */
export function assertMethod(standard: TokenStandard, method: TokenMethod): void {
  assertStandard(standard, limited[method] ?? tokenStandards, method);
}

/** @throws validation when the standard is none of those that have `what` */
export function assertStandard(
  standard: TokenStandard,
  having: readonly TokenStandard[],
  what: string,
): void {
  if (having.includes(standard)) return;
  const kind = standard === 'SBT' ? 'SBT tokens are soulbound: they' : `${standard} tokens`;
  throw fail('validation', { field: 'id', message: `${kind} have no ${what}` });
}

/** A portion as a standard wants it; `at` is where its fields stand in the request. @throws validation naming the field */
export function portionOf(
  standard: TokenStandard,
  { amount, itemId }: { amount?: bigint | undefined; itemId?: bigint | undefined },
  at = '',
): Portion {
  const family = familyOf(standard);
  const wrong = (field: string, message: string, rule?: string) =>
    fail('validation', { field: at + field, message: `${at}${field} ${message}`, ...(rule ? { rule } : {}) });
  if (family !== 'fungible' && itemId === undefined) throw wrong('item_id', 'is required', 'required');
  if (family === 'fungible' && itemId !== undefined) throw wrong('item_id', `is not known to ${standard}`);
  if (family !== 'unique' && amount === undefined) throw wrong('amount', 'is required', 'required');
  if (family === 'unique' && amount !== undefined && amount !== 1n)
    throw wrong('amount', 'of a unique token is 1');
  return { amount: amount ?? 1n, itemId: itemId ?? null };
}
