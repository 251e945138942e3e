import {
  createWallet,
  getBalance,
  getWallet,
  listWalletTransactions,
  transferTokens,
} from '#schemas/adapter/wallet.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import type { NetworkSettings } from '#src/core/networks.ts';
import { parseAmount } from '#src/core/money.ts';
import type { Wallet } from '#src/core/ports/wallets.ts';
import { answered, idempotencyKey } from '#src/http/idempotency.ts';
import { bind } from '#src/http/route.ts';
import { type Caller, callerOf } from '../caller.ts';
import type { AdapterServices } from '../index.ts';
import { toBalance, toNative, toTransaction } from '../present.ts';

const ok = { success: true as const };

/** Smart accounts: made, read, and their tokens moved. */
export const walletRoutes = (services: AdapterServices) => {
  const { wallets, holdings, networks, transactions, clientTokens } = services;

  const networkOf = (name: string | undefined) =>
    name === undefined ? networks.default : networks.get(name);
  const walletOf = async ({ owner, userId }: Caller): Promise<Wallet> => {
    const wallet = await wallets.find(owner, `user:${userId}`);
    if (!wallet) throw fail('not_found', { resource: 'wallet' });
    return wallet;
  };
  const deployed = async (network: string, address: Address): Promise<boolean> =>
    (await holdings(network, address, [])).deployed;

  /** The default token and the newest of the client's own. */
  const mintable = async (owner: string, { name, contracts }: NetworkSettings): Promise<string[]> => {
    const own = await clientTokens.list(owner, { network: name, limit: 19 });
    return [contracts.token, ...own.map(({ token }) => token)].filter((token) => token !== null);
  };

  return [
    bind(createWallet, async ({ principal, request, query }) => {
      const { owner, userId } = callerOf(principal, request);
      const network = networkOf(query.network).name;
      const { wallet, isNew } = await wallets.open(owner, `user:${userId}`);
      const { address } = wallet;
      // Nobody but us knows a new wallet's key, so nothing can have deployed it.
      const state = { deployed: !isNew && (await deployed(network, address)), network, isNew };
      return { ...ok, wallet: { address, type: 'smart_account' as const, ...state } };
    }),
    bind(getWallet, async ({ principal, request, query }) => {
      const network = networkOf(query.network).name;
      const { address, createdAt } = await walletOf(callerOf(principal, request));
      const state = { deployed: await deployed(network, address), network };
      const type = 'smart_account' as const;
      return { ...ok, wallet: { address, type, ...state, createdAt: createdAt.toISOString() } };
    }),
    bind(getBalance, async ({ principal, request, query }) => {
      const network = networkOf(query.network);
      const caller = callerOf(principal, request);
      const { address } = await walletOf(caller);
      const asked = query.token?.split(',') ?? (await mintable(caller.owner, network));
      const held = await holdings(network.name, address, asked.map(checksum));
      return {
        ...ok,
        address,
        network: network.name,
        native: toNative(held.native),
        balances: held.tokens.map(toBalance),
      };
    }),
    bind(listWalletTransactions, async ({ principal, request, query }) => {
      const { owner, userId } = callerOf(principal, request);
      const { limit = 20, cursor, type, status } = query;
      const found = await transactions.list(owner, {
        userId,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(type === undefined ? {} : { types: [type] }),
        ...(status === undefined ? {} : { status }),
      });
      const page = found.slice(0, limit);
      const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { ...ok, transactions: page.map(toTransaction), nextCursor };
    }),
    bind(transferTokens, async ({ principal, request, body, reply }) => {
      const caller = callerOf(principal, request);
      const { owner, userId } = caller;
      const { token, amount, network } = body;
      const input = {
        owner,
        userId,
        network,
        to: receiver(body),
        token: checksum(token),
        amount: parseAmount(amount, 'amount'),
      };
      const key = idempotencyKey(request, { owner, subject: userId });
      const written = await services.transfers.transfer(input, key);
      return { ...ok, transaction: toTransaction(answered(reply, written)) };
    }),
  ];
};

/** Exactly one of the two ways to name who receives. @throws validation */
function receiver({ to, toUserId }: { to?: string; toUserId?: string }) {
  if (to !== undefined && toUserId === undefined) return { address: to as Address };
  if (toUserId !== undefined && to === undefined) return { userId: toUserId };
  throw fail('validation', { field: 'to', message: 'either to or toUserId is required, not both' });
}
