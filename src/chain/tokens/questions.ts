import type { ContractFunctionParameters } from 'viem';
import type { TokenAddress, TokenAnswer, TokenQuestion } from '#src/core/ports/platform-tokens.ts';
import { familyOf } from '#src/core/token-actions.ts';
import type { ChainClients } from '../clients.ts';
import { cloneERC1155Abi } from '../contracts/generated/clone-erc1155.ts';
import { cloneERC20Abi } from '../contracts/generated/clone-erc20.ts';
import { cloneERC721Abi } from '../contracts/generated/clone-erc721.ts';
import { roleId } from './actions.ts';
import { askAll } from './state.ts';

const abis = { fungible: cloneERC20Abi, unique: cloneERC721Abi, multi: cloneERC1155Abi } as const;

function asCall({ address, standard }: TokenAddress, question: TokenQuestion): ContractFunctionParameters {
  const family = familyOf(standard);
  const call = (functionName: string, ...args: unknown[]): ContractFunctionParameters => ({
    abi: abis[family],
    address,
    functionName,
    args,
  });
  switch (question.ask) {
    case 'balance': {
      const { account, itemId } = question;
      return family === 'multi' ? call('balanceOf', account, itemId) : call('balanceOf', account);
    }
    case 'allowance':
      return call('allowance', question.holder, question.spender);
    case 'approved':
      return call('getApproved', question.itemId);
    case 'approved_for_all':
      return call('isApprovedForAll', question.holder, question.operator);
    case 'has_role':
      return call('hasRole', roleId(question.role), question.account);
    case 'uri':
      return call(family === 'multi' ? 'uri' : 'tokenURI', question.itemId);
    default:
      return call('ownerOf', question.itemId);
  }
}

/** Questions to one token, in one round trip. */
export function askToken(clients: ChainClients) {
  return async (token: TokenAddress, questions: readonly TokenQuestion[]): Promise<TokenAnswer[]> => {
    const calls = questions.map((question) => asCall(token, question));
    const answers = await askAll(clients, token.network, calls);
    return answers.map((one) => (one.status === 'success' ? (one.result as TokenAnswer) : null));
  };
}
