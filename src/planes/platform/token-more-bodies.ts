import type { Static } from '@sinclair/typebox';
import type * as roles from '#schemas/platform/roles.ts';
import type * as batches from '#schemas/platform/token-batches.ts';
import type * as settings from '#schemas/platform/token-settings.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import { parseAmount } from '#src/core/money.ts';
import { assertMethod } from '#src/core/token-actions.ts';
import type { ActionOf } from '#src/services/tokens/moves.ts';
import { describedIn, portionIn } from './token-bodies.ts';

const itemOf = (text: string | undefined): bigint | null =>
  text === undefined ? null : parseAmount(text, 'item_id');

export const royaltyOf =
  (body: Static<typeof settings.RoyaltyRequest>): ActionOf =>
  () => ({
    method: 'set_royalty',
    receiver: checksum(body.receiver),
    bps: body.bps,
    itemId: itemOf(body.item_id),
  });

export const metadataOf =
  (body: { item_id: string; uri?: string; metadata?: object }): ActionOf =>
  ({ standard }) => {
    assertMethod(standard, 'set_metadata');
    if (body.uri === undefined && body.metadata === undefined) {
      throw fail('validation', {
        field: 'metadata',
        rule: 'required',
        message: 'metadata or uri is required',
      });
    }
    const itemId = parseAmount(body.item_id, 'item_id');
    return { method: 'set_metadata', itemId, ...describedIn(standard, body) };
  };

export const ownershipOf =
  (body: Static<typeof settings.OwnershipRequest>): ActionOf =>
  () => ({ method: 'transfer_ownership', newOwner: checksum(body.new_owner) });

export const mintBatchOf =
  ({ items }: Static<typeof batches.MintBatchRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'mint_batch',
    items: items.map((item, i) => ({
      to: checksum(item.to),
      ...portionIn(standard, item, `items.${i}.`),
      ...describedIn(standard, item, `items.${i}.`),
    })),
  });

export const transferBatchOf =
  ({ items }: Static<typeof batches.TransferBatchRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'transfer_batch',
    items: items.map((item, i) => ({
      to: checksum(item.to),
      ...portionIn(standard, item, `items.${i}.`),
    })),
  });

export const burnBatchOf =
  ({ items }: Static<typeof batches.BurnBatchRequest>): ActionOf =>
  ({ standard }) => ({
    method: 'burn_batch',
    items: items.map((item, i) => portionIn(standard, item, `items.${i}.`)),
  });

export const approvalForAllOf =
  ({ operator, approved }: Static<typeof batches.ApprovalForAllRequest>): ActionOf =>
  () => ({ method: 'set_approval_for_all', operator: checksum(operator), approved });

export const permitOf =
  (body: Static<typeof batches.PermitRequest>): ActionOf =>
  () => ({
    method: 'permit',
    holder: checksum(body.holder),
    spender: checksum(body.spender),
    amount: parseAmount(body.amount, 'amount'),
    deadline: BigInt(body.deadline),
    signature: body.signature.toLowerCase() as Hex,
  });

export const transferAndCallOf =
  (body: Static<typeof batches.TransferAndCallRequest>): ActionOf =>
  () => ({
    method: 'transfer_and_call',
    to: checksum(body.to),
    amount: parseAmount(body.amount, 'amount'),
    data: (body.data ?? '0x') as Hex,
  });

export const grantOf =
  ({ role, account }: Static<typeof roles.RoleChangeRequest>): ActionOf =>
  () => ({ method: 'grant_role', role, account: checksum(account) });

export const revokeOf =
  ({ role, account }: Static<typeof roles.RoleChangeRequest>): ActionOf =>
  () => ({ method: 'revoke_role', role, account: checksum(account) });

export const renounceOf =
  ({ role }: Static<typeof roles.RenounceRoleRequest>): ActionOf =>
  () => ({ method: 'renounce_role', role });
