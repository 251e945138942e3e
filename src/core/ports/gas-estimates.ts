import type { Address } from '../hex.ts';
import type { Call } from '../journal.ts';

/** Wei per unit of gas. */
export type GasPrice = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

export type GasPrices = { slow: GasPrice; standard: GasPrice; fast: GasPrice };

/** What an operation of the calls takes, and what gas costs now. @throws chain_unavailable */
export type EstimateOperation = (
  network: string,
  account: Address,
  calls: readonly Call[],
) => Promise<{ gas: bigint; prices: GasPrices }>;
