import type { TObject } from '@sinclair/typebox';
import { strictObject } from '../kit/model.ts';
import * as nfts from './nft-moves.ts';
import * as roles from './roles.ts';
import * as batches from './token-batches.ts';
import * as moves from './token-moves.ts';
import * as settings from './token-settings.ts';

/** What a method is asked with when it does not travel alone: its body without the idempotency key. */
function method({ id, scope }: { id: string; scope?: string }, body: TObject) {
  if (scope === undefined) throw new Error(`${id} has no scope`);
  const { idempotency_key: _key, ...params } = body.properties;
  return { scope, params: strictObject(params) };
}

/** Every action on a token by its name, with the scope it needs. */
export const tokenMethods = {
  mint: method(moves.mintToken, moves.MintRequest),
  transfer: method(moves.transferToken, moves.MoveRequest),
  burn: method(moves.burnToken, moves.BurnRequest),
  approve: method(moves.approveToken, moves.ApproveRequest),
  mint_batch: method(batches.mintTokenBatch, batches.MintBatchRequest),
  transfer_batch: method(batches.transferTokenBatch, batches.TransferBatchRequest),
  burn_batch: method(batches.burnTokenBatch, batches.BurnBatchRequest),
  set_approval_for_all: method(batches.setTokenApprovalForAll, batches.ApprovalForAllRequest),
  permit: method(batches.permitToken, batches.PermitRequest),
  transfer_and_call: method(batches.transferTokenAndCall, batches.TransferAndCallRequest),
  pause: method(settings.pauseToken, settings.PauseRequest),
  unpause: method(settings.unpauseToken, settings.PauseRequest),
  set_royalty: method(settings.setTokenRoyalty, settings.RoyaltyRequest),
  set_metadata: method(nfts.setNftMetadata, nfts.SetMetadataParams),
  transfer_ownership: method(settings.transferTokenOwnership, settings.OwnershipRequest),
  grant_role: method(roles.grantTokenRole, roles.RoleChangeRequest),
  revoke_role: method(roles.revokeTokenRole, roles.RoleChangeRequest),
  renounce_role: method(roles.renounceTokenRole, roles.RenounceRoleRequest),
} as const;

export type TokenMethodName = keyof typeof tokenMethods;

export const tokenMethodNames = Object.keys(tokenMethods) as [TokenMethodName, ...TokenMethodName[]];
