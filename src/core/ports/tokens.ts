import type { Address } from '../hex.ts';
import type { Call, ExpectedLog } from '../journal.ts';

/** Balance in atomic units of a token. */
export type TokenBalance = { token: Address; symbol: string; decimals: number; balance: bigint };

/** What an account holds, read in one round trip. `native` is in wei. */
export type Holdings = { native: bigint; deployed: boolean; tokens: TokenBalance[] };

export type Effect = { calls: Call[]; expect: ExpectedLog[] };

/** ERC-20 tokens and what accounts hold of them. */
export type TokenPort = {
  /** @throws validation (field `token`) when an address is no ERC-20 token · chain_unavailable */
  holdings(network: string, account: Address, tokens: readonly Address[]): Promise<Holdings>;
  transfer(input: { token: Address; from: Address; to: Address; amount: bigint }): Effect;
};

/** Runs calls as the account without sending them; null when they would go through. @throws chain_unavailable */
export type Preflight = (
  network: string,
  account: Address,
  calls: readonly Call[],
) => Promise<{ revertReason: string } | null>;
