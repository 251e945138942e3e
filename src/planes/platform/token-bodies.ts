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

/** Largest metadata that is kept, bytes of JSON. */
const maxMetadata = 16 * 1024;

/** What a body says of an item: a URI, or JSON for us to serve. @throws validation */
export function describedIn(
  standard: TokenStandard,
  { uri, metadata }: { uri?: string; metadata?: object },
  at = '',
): { uri: string | null; metadata?: string } {
  const wrong = (field: string, message: string) =>
    fail('validation', { field: at + field, message: `${at}${field} ${message}` });
  const given = uri === undefined ? (metadata === undefined ? null : 'metadata') : 'uri';
  if (given && familyOf(standard) === 'fungible') throw wrong(given, `is not known to ${standard}`);
  if (metadata === undefined) return { uri: uri ?? null };
  if (uri !== undefined) throw wrong('metadata', 'and uri are one too many: an item has one URI');
  const text = JSON.stringify(metadata);
  if (Buffer.byteLength(text) > maxMetadata)
    throw wrong('metadata', `is more than ${maxMetadata} bytes of JSON`);
  return { uri: null, metadata: text };
}

export const mintOf =
  (body: Static<typeof moves.MintRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'mint',
    to: checksum(body.to),
    ...portionIn(standard, body),
    ...describedIn(standard, body),
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
