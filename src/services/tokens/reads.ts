import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import type { TokenControlRepository } from '#src/core/ports/token-controls.ts';
import type { PlatformToken, TokenContracts, TokenQuestion } from '#src/core/ports/platform-tokens.ts';
import { familyOf, type TokenRole, tokenRoles } from '#src/core/token-actions.ts';
import { assertDeployed } from './moves.ts';
import type { PlatformTokens } from './tokens.ts';

export type Holding = { account: Address; itemId: bigint | null };

/** What the chain says of a deployed token. All methods @throws not_found, conflict, chain_unavailable */
export type TokenReads = {
  /** Atomic units, in order. @throws validation when the standard wants an item */
  balances(
    owner: string,
    id: string,
    of: (token: PlatformToken) => readonly Holding[],
  ): Promise<{ token: PlatformToken; data: (Holding & { balance: bigint })[] }>;
  /** One answer; null where the contract has none. */
  ask(
    owner: string,
    id: string,
    question: (token: PlatformToken) => TokenQuestion,
  ): Promise<{ token: PlatformToken; answer: bigint | boolean | string | null }>;
  roles(owner: string, id: string): Promise<{ role: TokenRole; holders: Address[] }[]>;
};

export type TokenReadPorts = {
  tokens: Pick<PlatformTokens, 'find'>;
  contracts: Pick<TokenContracts, 'ask' | 'states'>;
  store: {
    transactions: Pick<TransactionRepository, 'list'>;
    tokenControls: Pick<TokenControlRepository, 'listAccounts'>;
  };
};

export function createTokenReads({ tokens, contracts, store }: TokenReadPorts): TokenReads {
  const deployed = async (owner: string, id: string): Promise<PlatformToken> => {
    const token = await tokens.find(owner, id);
    assertDeployed(token);
    return token;
  };
  return {
    async balances(owner, id, of) {
      const token = await deployed(owner, id);
      const asked = of(token);
      for (const { itemId } of asked) assertItem(token, itemId);
      const answers = await contracts.ask(
        token,
        asked.map((one) => ({ ask: 'balance', ...one })),
      );
      const data = asked.map((one, i) => ({ ...one, balance: (answers[i] as bigint | null) ?? 0n }));
      return { token, data };
    },
    async ask(owner, id, question) {
      const token = await deployed(owner, id);
      const [answer = null] = await contracts.ask(token, [question(token)]);
      return { token, answer };
    },
    async roles(owner, id) {
      const token = await deployed(owner, id);
      const [[state], recent, indexed] = await Promise.all([
        contracts.states(token.network, [token]),
        store.transactions.list(owner, {
          tokenId: id,
          types: ['grant_role', 'transfer_ownership'],
          limit: 100,
        }),
        store.tokenControls.listAccounts(token.id),
      ]);
      // What was done here a moment ago may not be indexed yet; what others did is known from the chain's logs.
      const named = recent.flatMap(({ meta }) => [meta['account'], meta['newOwner']]);
      const all = [token.treasury, state?.contractOwner, ...named, ...indexed].filter(
        (one) => typeof one === 'string',
      );
      const accounts = [...new Set(all)] as Address[];
      const asked = tokenRoles.flatMap((role) => accounts.map((account) => ({ role, account })));
      const answers = await contracts.ask(
        token,
        asked.map((one) => ({ ask: 'has_role', ...one })),
      );
      return tokenRoles.map((role) => ({
        role,
        holders: asked.flatMap((one, i) => (one.role === role && answers[i] === true ? [one.account] : [])),
      }));
    },
  };
}

/** ERC-1155 holds by item, the others do not. */
function assertItem({ standard }: PlatformToken, itemId: bigint | null): void {
  const wanted = familyOf(standard) === 'multi';
  if (wanted === (itemId !== null)) return;
  const message = wanted ? 'item_id is required' : `item_id is not known to balances of ${standard}`;
  throw fail('validation', { field: 'item_id', message, ...(wanted ? { rule: 'required' } : {}) });
}
