import type { Static } from '@sinclair/typebox';
import type * as moves from '#schemas/platform/token-moves.ts';
import type { DeployTokenRequest } from '#schemas/platform/tokens.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import { parseAmount } from '#src/core/money.ts';
import type { TokenSpec } from '#src/core/ports/platform-tokens.ts';
import { familyOf, type Portion, portionOf, type TokenStandard } from '#src/core/token-actions.ts';
import type { ActionOf } from '#src/services/tokens/moves.ts';

type DeployBody = Static<typeof DeployTokenRequest>;

const amountOr = <T>(text: string | undefined, field: string, otherwise: T): bigint | T =>
  text === undefined ? otherwise : parseAmount(text, field);

/** What a token is to be made of. @throws validation naming a field that its standard does not have */
export function specOf(body: DeployBody): TokenSpec {
  const { standard, features } = body;
  const family = familyOf(standard);
  const only = (field: keyof DeployBody, has: boolean) => {
    if (body[field] === undefined || has) return;
    throw fail('validation', { field, message: `${field} is not known to ${standard}` });
  };
  only('decimals', family === 'fungible');
  only('initial_supply', family === 'fungible');
  only('base_uri', family !== 'fungible');
  only('royalty_bps', standard === 'ERC721' || standard === 'ERC1155');
  only('cap', family !== 'multi');
  const spec = {
    name: body.name.trim(),
    symbol: body.symbol.trim(),
    standard,
    features: {
      mintable: features ? (features.mintable ?? false) : true,
      burnable: features ? (features.burnable ?? false) : true,
      pausable: features ? (features.pausable ?? false) : true,
    },
    decimals: family === 'fungible' ? (body.decimals ?? 18) : null,
    cap: amountOr(body.cap, 'cap', null),
    initialSupply: amountOr(body.initial_supply, 'initial_supply', 0n),
    baseUri: body.base_uri ?? null,
    royaltyBps: body.royalty_bps ?? null,
  };
  if (spec.cap !== null && spec.initialSupply > spec.cap) {
    throw fail('validation', { field: 'initial_supply', message: 'initial_supply is more than cap' });
  }
  return spec;
}

/** Amount and item of a body, as the standard wants them. @throws validation */
export function portionIn(
  standard: TokenStandard,
  body: { amount?: string; item_id?: string },
  at = '',
): Portion {
  const amount = amountOr(body.amount, `${at}amount`, undefined);
  return portionOf(standard, { amount, itemId: amountOr(body.item_id, `${at}item_id`, undefined) }, at);
}

/** Fungible tokens have no URI of an item. */
export function uriIn(standard: TokenStandard, uri: string | undefined, at = ''): string | null {
  if (uri !== undefined && familyOf(standard) === 'fungible') {
    throw fail('validation', { field: `${at}uri`, message: `${at}uri is not known to ${standard}` });
  }
  return uri ?? null;
}

export const mintOf =
  (body: Static<typeof moves.MintRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'mint',
    to: checksum(body.to),
    ...portionIn(standard, body),
    uri: uriIn(standard, body.uri),
  });

export const transferOf =
  (body: Static<typeof moves.MoveRequest>): ActionOf =>
  ({ standard }) => ({ method: 'transfer', to: checksum(body.to), ...portionIn(standard, body) });

export const burnOf =
  (body: Static<typeof moves.BurnRequest>): ActionOf =>
  ({ standard }) => ({ method: 'burn', ...portionIn(standard, body) });

export const approveOf =
  (body: Static<typeof moves.ApproveRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'approve',
    spender: checksum(body.spender),
    ...portionIn(standard, body),
  });
