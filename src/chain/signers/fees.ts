import type { RpcRequest } from '../x402-reader.ts';

/** Wei per gas. */
export type GasFees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

type History = { baseFeePerGas: string[]; reward?: string[][] };

const leastTip = 1_000_000n;

/** What a transaction should offer now: twice the base fee and the median tip; kept for `ttlMs`. */
export function createGasFees(rpc: RpcRequest, ttlMs = 1_000): (network: string) => Promise<GasFees> {
  const kept = new Map<string, { until: number; fees: Promise<GasFees> }>();
  const read = async (network: string): Promise<GasFees> => {
    const history = (await rpc(network, 'eth_feeHistory', ['0x4', 'latest', [50]])) as History;
    const base = BigInt(history.baseFeePerGas.at(-1) ?? '0x0');
    const tips = (history.reward ?? [])
      .map(([tip]) => BigInt(tip ?? '0x0'))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const median = tips[Math.floor(tips.length / 2)] ?? 0n;
    const tip = median > leastTip ? median : leastTip;
    return { maxFeePerGas: base * 2n + tip, maxPriorityFeePerGas: tip };
  };
  return (network) => {
    const known = kept.get(network);
    if (known && known.until > performance.now()) return known.fees;
    const fees = read(network);
    kept.set(network, { until: performance.now() + ttlMs, fees });
    fees.catch(() => kept.delete(network));
    return fees;
  };
}

/** Fees of a replacement: nodes ask for a tenth more on both; null when that is over `factor` times what is due now. */
export function raisedFees(offered: GasFees, due: GasFees, factor = 10n): GasFees | null {
  const more = (fee: bigint): bigint => (fee * 9n) / 8n + 1n;
  const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  const maxFeePerGas = higher(due.maxFeePerGas, more(offered.maxFeePerGas));
  const maxPriorityFeePerGas = higher(due.maxPriorityFeePerGas, more(offered.maxPriorityFeePerGas));
  return maxFeePerGas > due.maxFeePerGas * factor ? null : { maxFeePerGas, maxPriorityFeePerGas };
}
