import type { Static } from '@sinclair/typebox';
import type { PlatformBalance, PlatformWallet } from '#schemas/platform/wallets.ts';
import { formatAmount } from '#src/core/money.ts';
import type { TenantWallet } from '#src/core/ports/tenant-wallets.ts';
import type { Holdings } from '#src/core/ports/tokens.ts';
import { unix } from './present.ts';

export function presentWallet(wallet: TenantWallet): Static<typeof PlatformWallet> {
  const { id, type, address, label, externalId, createdAt } = wallet;
  return { object: 'wallet', id, type, address, label, external_id: externalId, created: unix(createdAt) };
}

/** The coin of the network first. */
export function presentBalances(network: string, held: Holdings): Static<typeof PlatformBalance>[] {
  const native = { token: null, symbol: 'ETH', decimals: 18, balance: held.native };
  return [native, ...held.tokens].map(({ token, symbol, decimals, balance }) => ({
    object: 'balance',
    network,
    token,
    symbol,
    decimals,
    balance: balance.toString(),
    formatted: formatAmount(balance, decimals),
  }));
}
