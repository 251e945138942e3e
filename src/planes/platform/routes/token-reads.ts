import type { Static } from '@sinclair/typebox';
import * as roleOps from '#schemas/platform/roles.ts';
import * as ops from '#schemas/platform/token-reads.ts';
import { checksum } from '#src/core/address.ts';
import { formatAmount, parseAmount } from '#src/core/money.ts';
import type { PlatformToken } from '#src/core/ports/platform-tokens.ts';
import { assertStandard } from '#src/core/token-actions.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { Holding } from '#src/services/tokens/reads.ts';
import type { PlatformServices } from '../services.ts';

type Balance = Static<typeof ops.TokenBalance>;

function presentBalance({ decimals }: PlatformToken, held: Holding & { balance: bigint }): Balance {
  return {
    object: 'balance',
    account: held.account,
    item_id: held.itemId?.toString() ?? null,
    balance: held.balance.toString(),
    formatted: decimals === null ? null : formatAmount(held.balance, decimals),
  };
}

/** `address` or `address:item`. */
function holdingOf(text: string): Holding {
  const [account = '', item] = text.split(':');
  return { account: checksum(account), itemId: item === undefined ? null : parseAmount(item, 'of') };
}

const holderIn = (token: PlatformToken, holder: string | undefined) =>
  holder === undefined ? token.treasury : checksum(holder);

/** What the chain says of tokens, their holders and their roles. */
export function tokenReadRoutes({ tokenReads }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.getTokenBalance, async ({ principal, params, query }) => {
      const itemId = query.item_id === undefined ? null : parseAmount(query.item_id, 'item_id');
      const asked = (token: PlatformToken) => [{ account: holderIn(token, query.account), itemId }];
      const { token, data } = await tokenReads.balances(principal.owner, params.id, asked);
      return presentBalance(token, data[0]!);
    }),
    bind(ops.getTokenBalanceBatch, async ({ principal, params, query }) => {
      const of = query.of.split(',').map(holdingOf);
      const { token, data } = await tokenReads.balances(principal.owner, params.id, () => of);
      return { object: 'list' as const, data: data.map((held) => presentBalance(token, held)) };
    }),
    bind(ops.getTokenAllowance, async ({ principal, params, query }) => {
      const spender = checksum(query.spender);
      const { token, answer } = await tokenReads.ask(principal.owner, params.id, (one) => {
        assertStandard(one.standard, ['ERC20', 'ERC20_VOTES', 'ERC1363'], 'allowance');
        return { ask: 'allowance', holder: holderIn(one, query.holder), spender };
      });
      const holder = holderIn(token, query.holder);
      return { object: 'allowance' as const, holder, spender, amount: String(answer ?? 0n) };
    }),
    bind(ops.getTokenApproved, async ({ principal, params, query }) => {
      const itemId = parseAmount(query.item_id, 'item_id');
      const { answer } = await tokenReads.ask(principal.owner, params.id, ({ standard }) => {
        assertStandard(standard, ['ERC721'], 'approved');
        return { ask: 'approved', itemId };
      });
      const approved = typeof answer === 'string' && BigInt(answer) > 0n ? answer : null;
      return { object: 'approved' as const, item_id: itemId.toString(), approved };
    }),
    bind(ops.getTokenApprovalForAll, async ({ principal, params, query }) => {
      const operator = checksum(query.operator);
      const { token, answer } = await tokenReads.ask(principal.owner, params.id, (one) => {
        assertStandard(one.standard, ['ERC721', 'ERC1155'], 'approval_for_all');
        return { ask: 'approved_for_all', holder: holderIn(one, query.holder), operator };
      });
      const holder = holderIn(token, query.holder);
      return { object: 'approval_for_all' as const, holder, operator, approved: answer === true };
    }),
    bind(roleOps.listTokenRoles, async ({ principal, params }) => {
      const found = await tokenReads.roles(principal.owner, params.id);
      return { object: 'list' as const, data: found.map((one) => ({ object: 'role' as const, ...one })) };
    }),
    bind(roleOps.checkTokenRole, async ({ principal, params, query: { role, account } }) => {
      const who = checksum(account);
      const question = () => ({ ask: 'has_role' as const, role, account: who });
      const { answer } = await tokenReads.ask(principal.owner, params.id, question);
      return { object: 'role_check' as const, role, account: who, has_role: answer === true };
    }),
  ];
}
