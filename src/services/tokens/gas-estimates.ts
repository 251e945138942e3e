import type { EstimateOperation, GasPrices } from '#src/core/ports/gas-estimates.ts';
import type { TokenSpec } from '#src/core/ports/platform-tokens.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import { parseAccountLane } from '#src/core/lanes.ts';
import type { NewTransaction } from '#src/core/journal.ts';
import type { Move, TokenMoves } from './moves.ts';
import type { PlatformTokens } from './tokens.ts';

export type GasEstimate = {
  network: string;
  /** Of the whole user operation; null when it would revert. */
  gas: bigint | null;
  prices: GasPrices;
  revertReason: string | null;
};

/** Simulates and prices without writing anything down. */
export type GasEstimates = {
  /** @throws not_found, validation, conflict, chain_unavailable */
  ofMove(move: Move): Promise<GasEstimate>;
  /** @throws chain_unavailable */
  ofDeployment(owner: string, network: string, spec: TokenSpec): Promise<GasEstimate>;
};

export type GasEstimatePorts = {
  moves: Pick<TokenMoves, 'plan'>;
  tokens: Pick<PlatformTokens, 'plan'>;
  preflight: Preflight;
  estimate: EstimateOperation;
};

export function createGasEstimates({ moves, tokens, preflight, estimate }: GasEstimatePorts): GasEstimates {
  const priced = async (intent: Omit<NewTransaction, 'id'>): Promise<GasEstimate> => {
    const { network, lane, calls } = intent;
    const { address } = parseAccountLane(lane);
    const [refusal, { gas, prices }] = await Promise.all([
      preflight(network, address, calls),
      estimate(network, address, calls),
    ]);
    return { network, prices, gas: refusal ? null : gas, revertReason: refusal?.revertReason ?? null };
  };
  return {
    ofMove: async (move) => priced((await moves.plan(move)).intent),
    ofDeployment: async (owner, network, spec) =>
      priced((await tokens.plan(owner, network, spec)).transaction),
  };
}
