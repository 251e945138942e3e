import type { Address } from '#src/core/hex.ts';
import type { BalanceChange, IndexedTransfer } from '#src/core/ports/token-transfers.ts';

/** Where tokens come from and go to that nobody holds. */
export const zeroAddress: Address = `0x${'0'.repeat(40)}`;

/**
 * What transfers do to balances: +1n as they are read, -1n as they are taken back. Items count twice, for themselves and
 * for the token as a whole.
 */
export function balanceChanges(transfers: readonly IndexedTransfer[], sign: 1n | -1n): BalanceChange[] {
  const sums = new Map<string, BalanceChange>();
  const add = (tokenId: string, itemId: bigint | null, account: Address, delta: bigint) => {
    if (account === zeroAddress) return;
    const key = `${tokenId} ${itemId} ${account}`;
    const sum = sums.get(key);
    if (sum) sum.delta += delta;
    else sums.set(key, { tokenId, itemId, account, delta });
  };
  for (const { tokenId, itemId, from, to, amount } of transfers) {
    for (const of of itemId === null ? [null] : [null, itemId]) {
      add(tokenId, of, from, -amount * sign);
      add(tokenId, of, to, amount * sign);
    }
  }
  return [...sums.values()].filter(({ delta }) => delta !== 0n);
}
