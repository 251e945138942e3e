import { type Abi, encodeFunctionData, keccak256, toHex, zeroHash } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Call } from '#src/core/journal.ts';
import type { TokenAddress } from '#src/core/ports/platform-tokens.ts';
import type { Effect } from '#src/core/ports/tokens.ts';
import { familyOf, type TokenAction, type TokenRole } from '#src/core/token-actions.ts';
import { cloneERC1155Abi } from '../contracts/generated/clone-erc1155.ts';
import { cloneERC1363Abi } from '../contracts/generated/clone-erc1363.ts';
import { cloneERC721Abi } from '../contracts/generated/clone-erc721.ts';
import { type Move, moveLog } from './logs.ts';

/** Role ids as the contracts have them. */
export function roleId(role: TokenRole): Hex {
  return role === 'DEFAULT_ADMIN_ROLE' ? zeroHash : keccak256(toHex(role));
}

type Encoder = {
  token: TokenAddress;
  from: Address;
  erc20(functionName: string, ...args: unknown[]): Call;
  erc721(functionName: string, ...args: unknown[]): Call;
  erc1155(functionName: string, ...args: unknown[]): Call;
};

/** What `from` sends to a token to do an action, and the logs that prove it. */
export function effectOf(token: TokenAddress, from: Address, action: TokenAction): Effect {
  const call = (data: Hex): Call => ({ to: token.address, data, value: 0n });
  const encode =
    (abi: Abi) =>
    (functionName: string, ...args: unknown[]): Call =>
      call(encodeFunctionData({ abi, functionName, args }));
  const encoder: Encoder = {
    token,
    from,
    erc20: encode(cloneERC1363Abi),
    erc721: encode(cloneERC721Abi),
    erc1155: encode(cloneERC1155Abi),
  };
  const calls = movesOf(encoder, action) ?? settingsOf(encoder, action);
  return { calls, expect: provenBy(token, from, action) };
}

/** Calls of actions that move tokens; null for the others. */
function movesOf(encoder: Encoder, action: TokenAction): Call[] | null {
  const family = familyOf(encoder.token.standard);
  if (family === 'fungible') return fungibleMoves(encoder, action);
  return family === 'unique' ? uniqueMoves(encoder, action) : multiMoves(encoder, action);
}

function fungibleMoves({ erc20 }: Encoder, action: TokenAction): Call[] | null {
  switch (action.method) {
    case 'mint':
    case 'transfer':
      return [erc20(action.method, action.to, action.amount)];
    case 'burn':
      return [erc20('burn', action.amount)];
    case 'mint_batch':
    case 'transfer_batch': {
      const to = action.items.map((item) => item.to);
      const amounts = action.items.map((item) => item.amount);
      return [erc20(action.method === 'mint_batch' ? 'mintBatch' : 'transferBatch', to, amounts)];
    }
    case 'burn_batch':
      return action.items.map((item) => erc20('burn', item.amount));
    case 'transfer_and_call':
      return [erc20('transferAndCall', action.to, action.amount, action.data)];
    default:
      return null;
  }
}

function uniqueMoves({ from, erc721 }: Encoder, action: TokenAction): Call[] | null {
  switch (action.method) {
    case 'mint':
      return [erc721('mint', action.to, action.itemId, action.uri ?? '')];
    case 'transfer':
      return [erc721('safeTransferFrom', from, action.to, action.itemId)];
    case 'burn':
      return [erc721('burn', action.itemId)];
    case 'mint_batch': {
      const { items } = action;
      const [to, ids] = [items.map((item) => item.to), items.map((item) => item.itemId)];
      return [
        erc721(
          'mintBatch',
          to,
          ids,
          items.map((item) => item.uri ?? ''),
        ),
      ];
    }
    case 'transfer_batch':
      return action.items.map((item) => erc721('safeTransferFrom', from, item.to, item.itemId));
    case 'burn_batch':
      return action.items.map((item) => erc721('burn', item.itemId));
    default:
      return null;
  }
}

function multiMoves({ from, erc1155 }: Encoder, action: TokenAction): Call[] | null {
  const uriOf = ({ itemId, uri }: { itemId: bigint | null; uri: string | null }): Call[] =>
    uri === null ? [] : [erc1155('setTokenURI', itemId, uri)];
  switch (action.method) {
    case 'mint':
      return [erc1155('mint', action.to, action.itemId, action.amount, '0x'), ...uriOf(action)];
    case 'transfer':
      return [erc1155('safeTransferFrom', from, action.to, action.itemId, action.amount, '0x')];
    case 'burn':
      return [erc1155('burn', from, action.itemId, action.amount)];
    case 'mint_batch':
      return [
        ...byReceiver(action.items).map(({ to, ids, amounts }) =>
          erc1155('mintBatch', to, ids, amounts, '0x'),
        ),
        ...action.items.flatMap(uriOf),
      ];
    case 'transfer_batch':
      return byReceiver(action.items).map(({ to, ids, amounts }) =>
        erc1155('safeBatchTransferFrom', from, to, ids, amounts, '0x'),
      );
    case 'burn_batch': {
      const ids = action.items.map((item) => item.itemId);
      return [
        erc1155(
          'burnBatch',
          from,
          ids,
          action.items.map((item) => item.amount),
        ),
      ];
    }
    default:
      return null;
  }
}

/** The contract takes one receiver a call. */
function byReceiver(items: readonly { to: Address; itemId: bigint | null; amount: bigint }[]) {
  return [...Map.groupBy(items, ({ to }) => to)].map(([to, mine]) => ({
    to,
    ids: mine.map((item) => item.itemId),
    amounts: mine.map((item) => item.amount),
  }));
}

/** Calls of all other actions. */
function settingsOf({ token, from, erc20, erc721, erc1155 }: Encoder, action: TokenAction): Call[] {
  const unfungible = familyOf(token.standard) === 'multi' ? erc1155 : erc721;
  switch (action.method) {
    case 'approve':
      return [
        token.standard === 'ERC721'
          ? erc721('approve', action.spender, action.itemId)
          : erc20('approve', action.spender, action.amount),
      ];
    case 'set_approval_for_all':
      return [unfungible('setApprovalForAll', action.operator, action.approved)];
    case 'permit': {
      const { holder, spender, amount, deadline, signature } = action;
      return [erc20('permit', holder, spender, amount, deadline, signature)];
    }
    case 'pause':
    case 'unpause':
      return [erc20(action.method)];
    case 'set_royalty': {
      const share = [action.receiver, BigInt(action.bps)];
      return [
        action.itemId === null
          ? unfungible('setDefaultRoyalty', ...share)
          : unfungible('setTokenRoyalty', action.itemId, ...share),
      ];
    }
    case 'set_metadata':
      return [unfungible('setTokenURI', action.itemId, action.uri ?? '')];
    case 'transfer_ownership':
      return [erc20('transferOwnership', action.newOwner)];
    case 'grant_role':
      return [erc20('grantRole', roleId(action.role), action.account)];
    case 'revoke_role':
      return [erc20('revokeRole', roleId(action.role), action.account)];
    case 'renounce_role':
      return [erc20('renounceRole', roleId(action.role), from)];
    default:
      throw new Error(`no ${action.method} on ${token.standard}`);
  }
}

/** Logs of plain moves; batches of ERC-1155 log in a form of their own. */
function provenBy(token: TokenAddress, from: Address, action: TokenAction) {
  const log = (move: Move) => moveLog(token, from, move);
  switch (action.method) {
    case 'mint':
      return [log({ ...action, from: null })];
    case 'transfer':
      return [log({ ...action, from })];
    case 'transfer_and_call':
      return [log({ ...action, from, itemId: null })];
    case 'burn':
      // Of a soulbound token the issuer burns what another holds.
      return token.standard === 'SBT' ? [] : [log({ ...action, from, to: null })];
    case 'mint_batch':
      return token.standard === 'ERC1155' ? [] : action.items.map((item) => log({ ...item, from: null }));
    case 'transfer_batch':
      return token.standard === 'ERC1155' ? [] : action.items.map((item) => log({ ...item, from }));
    default:
      return [];
  }
}
